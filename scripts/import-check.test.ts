import { describe, expect, it } from '@jest/globals';
import { violationsOf } from './import-check.ts';
import type { Room } from './import-rules.ts';

const rooms: readonly Room[] = [
  { name: 'base', imports: [] },
  { name: 'api', imports: ['base'], pure: true, floors: ['schema', ['pod', 'node'], 'kinds'] },
  { name: 'cli', imports: ['base', 'api'] },
];

/** `rule: from -> to` of what a list of `from -> to` breaks; `node:` modules are those of Node's. */
function brokenBy(...imports: readonly string[]): readonly string[] {
  const parsed = imports.map((line) => {
    const [from = '', to = ''] = line.split(' -> ');
    return { from, to: to.replace('node:', ''), builtin: to.startsWith('node:') };
  });
  return violationsOf(parsed, rooms).map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`);
}

describe('the import check', () => {
  it.each([
    ['a room that is named', 'cli/main.ts -> api/index.ts'],
    ['a file of the same folder', 'api/schema/a.ts -> api/schema/b.ts'],
    ['a lower floor', 'api/kinds/a.ts -> api/pod/b.ts'],
    ['a module of Node’s, in a room that is not pure', 'base/log.ts -> node:fs'],
    ['a module of Node’s, in a test of a pure room', 'api/schema/a.test.ts -> node:fs'],
    ['what stands above, in a test', 'api/schema/a.test.ts -> api/kinds/b.ts'],
    ['a roof from beside it', 'api/compose.ts -> api/index.ts'],
    ['a roof from outside', 'cli/main.ts -> api/kinds/index.ts'],
  ])('allows %s', (_name, line) => {
    expect(brokenBy(line)).toEqual([]);
  });

  it.each([
    ['a room that is not named', 'api/schema/a.ts -> cli/main.ts', 'api-imports-only-its-own'],
    ['a room that is not named, in a test', 'base/a.test.ts -> api/schema/b.ts', 'base-imports-only-its-own'],
    ['a folder outside the rooms', 'base/a.ts -> test/support/b.ts', 'base-imports-only-its-own'],
    ['the scripts', 'cli/main.ts -> scripts/build.ts', 'cli-imports-only-its-own'],
    ['a module of Node’s, in a pure room', 'api/schema/a.ts -> node:fs', 'api-is-pure'],
    ['a higher floor', 'api/schema/a.ts -> api/kinds/b.ts', 'api/schema-imports-downwards'],
    ['a folder of the same floor', 'api/pod/a.ts -> api/node/b.ts', 'api/pod-imports-downwards'],
    ['a file of the room itself, from a floor', 'api/pod/a.ts -> api/quota.ts', 'api/pod-imports-downwards'],
    ['the roof of its own folder', 'cli/node/a.ts -> cli/node/index.ts', 'no-roof-from-below'],
    ['a roof further up', 'cli/node/real/index.ts -> cli/compose.ts', 'no-roof-from-below'],
  ])('forbids %s', (_name, line, rule) => {
    expect(brokenBy(line)).toEqual([`${rule}: ${line}`]);
  });

  it('finds a circle of files, of tests too', () => {
    expect(brokenBy('base/a.ts -> base/b.ts', 'base/b.ts -> base/c.ts', 'base/c.ts -> base/a.ts', 'base/d.ts -> base/a.ts')).toEqual([
      'no-circle: base/a.ts -> base/b.ts -> base/c.ts -> base/a.ts',
    ]);
    expect(brokenBy('base/a.fixture.ts -> base/b.ts', 'base/b.ts -> base/a.fixture.ts')).toHaveLength(1);
  });

  it('finds a circle of folders whose files are in none, and shows the imports behind it', () => {
    expect(brokenBy('cli/x/a.ts -> cli/y/b.ts', 'cli/y/c.ts -> cli/x/d.ts')).toEqual([
      'no-circle-of-folders: cli/x -> cli/y -> cli/x (cli/x/a.ts imports cli/y/b.ts; cli/y/c.ts imports cli/x/d.ts)',
    ]);
  });

  it('finds a circle of a folder with one inside it, and of folders through those inside them', () => {
    expect(brokenBy('cli/x/a.ts -> cli/x/y/b.ts', 'cli/x/y/c.ts -> cli/x/d.ts')[0]).toContain('no-circle-of-folders: cli/x -> cli/x/y -> cli/x');
    expect(brokenBy('cli/x/one/a.ts -> cli/y/b.ts', 'cli/y/c.ts -> cli/x/two/d.ts')[0]).toContain('no-circle-of-folders: cli/x -> cli/y -> cli/x');
  });

  it('leaves roofs and tests out of circles of folders', () => {
    expect(brokenBy('cli/x/index.ts -> cli/x/y/b.ts', 'cli/x/y/c.ts -> cli/x/d.ts')).toEqual([]);
    expect(brokenBy('cli/x/a.test.ts -> cli/y/b.ts', 'cli/y/c.ts -> cli/x/d.ts')).toEqual([]);
  });

  it('says how to mend it', () => {
    const [violation] = violationsOf([{ from: 'api/schema/a.ts', to: 'cli/main.ts', builtin: false }], rooms);
    expect(violation?.remedy).toBe('api/ may import base only: move the shared part down to one of them, or take it as a parameter');
  });
});
