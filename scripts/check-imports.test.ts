import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';

const program = fileURLToPath(new URL('./check-imports.ts', import.meta.url));
const trees: string[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true });
});

/** Runs the check on a tree of these files. */
function check(files: Readonly<Record<string, string>>) {
  const tree = mkdtempSync(join(tmpdir(), 'skiff-imports-'));
  trees.push(tree);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(tree, dirname(path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', program], { cwd: tree, encoding: 'utf8' });
  return { status, said: stdout.trim(), violations: stderr.split('\n\n')[0]?.trim().split('\n').sort(), remedies: stderr.split('\n\n')[1] };
}

it('passes a tree that keeps to the table', () => {
  const files = {
    'base/a.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n",
    'api/meta/b.ts': "export * from '../../base/a.ts';\n",
  };
  expect(check(files)).toMatchObject({ status: 0, said: '2 files, 2 imports, 0 violations' });
});

it('sees every way to import something, types included', () => {
  const { status, violations, said, remedies } = check({
    'store/x.ts': 'export interface X { readonly x: 1 }\nexport const x = 1;\n',
    'base/1.ts': "import { x } from '../store/x.ts';\nexport const y = x;\n",
    'base/2.ts': "import type { X } from '../store/x.ts';\nexport type Y = X;\n",
    'base/3.ts': "import { type X } from '../store/x.ts';\nexport type Y = X;\n",
    'base/4.ts': "export type { X } from '../store/x.ts';\n",
    'base/5.ts': "export * from '../store/x.ts';\n",
    'base/6.ts': "export const y = () => import('../store/x.ts');\n",
    'base/7.ts': "export type Y = readonly import('../store/x.ts').X[];\n",
    'base/8.ts': "export const f = (all: Map<string, import('../store/x.ts').X>): void => void all;\n",
    'base/9.ts': "export async function f() {\n  await using x = (await import('../store/x.ts')) as never;\n  return x;\n}\n",
  });
  expect(violations).toEqual(Array.from({ length: 9 }, (_, i) => `base-imports-only-its-own: base/${i + 1}.ts -> store/x.ts`));
  expect(status).toBe(1);
  expect(said).toBe('10 files, 9 imports, 9 violations');
  expect(remedies).toContain('base-imports-only-its-own: base/ may import no other room');
});

it('finds circles through types, and circles of folders', () => {
  const { violations } = check({
    'cli/config/a.ts': "import type { B } from './b.ts';\nexport interface A { readonly b: B }\n",
    'cli/config/b.ts': "export interface B { readonly a: import('./a.ts').A }\n",
    'agent/x/a.ts': "import type { C } from '../y/c.ts';\nexport type A = C;\n",
    'agent/x/b.ts': 'export type B = 1;\n',
    'agent/y/c.ts': 'export type C = 1;\n',
    'agent/y/d.ts': "export type { B } from '../x/b.ts';\n",
  });
  expect(violations).toEqual([
    'no-circle-of-folders: agent/x -> agent/y -> agent/x (agent/x/a.ts imports agent/y/c.ts; agent/y/d.ts imports agent/x/b.ts)',
    'no-circle: cli/config/a.ts -> cli/config/b.ts -> cli/config/a.ts',
  ]);
});

it('finds the import of a roof, and Node’s modules in a pure room', () => {
  const { violations } = check({
    'scheduler/index.ts': "export { a } from './cycle/a.ts';\nexport type T = 1;\n",
    'scheduler/cycle/a.ts': 'export const a = 1;\n',
    'scheduler/cycle/b.ts': "import type { T } from '../index.ts';\nexport type B = T;\n",
    'api/meta/a.ts': "import fs from 'node:fs';\nexport const a = fs;\n",
  });
  expect(violations).toEqual([
    'api-is-pure: api/meta/a.ts -> node:fs',
    'no-roof-from-below: scheduler/cycle/b.ts -> scheduler/index.ts',
    'scheduler/cycle-imports-downwards: scheduler/cycle/b.ts -> scheduler/index.ts',
  ]);
});
