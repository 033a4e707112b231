import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { createNodeCredentials } from './node-credentials.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'skiff-node-credentials-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const login = (username: string) => ({ username, password: 'p' });
const write = (path: string, value: unknown) => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), typeof value === 'string' ? value : JSON.stringify(value));
};

function start() {
  const clock = createFakeClock();
  const lookup = createNodeCredentials(join(base, 'agent'), clock, join(base, 'home'));
  return { clock, users: async (image: string) => (await lookup(aPod(), image)).map(({ credentials, source }) => [credentials.username, source]) };
}

describe('the credentials of a node', () => {
  it("are those of the first file: the agent's, then the home's, then the old form", async () => {
    write('home/.dockercfg', { 'reg.io': login('old') });
    expect(await start().users('reg.io/a')).toEqual([['old', 'node']]);
    write('home/.docker/config.json', { auths: { 'reg.io': login('home') } });
    expect(await start().users('reg.io/a')).toEqual([['home', 'node']]);
    write('agent/config.json', { auths: { 'reg.io': login('all'), 'reg.io/team': login('team') } });
    expect(await start().users('reg.io/team/a')).toEqual([
      ['team', 'node'],
      ['all', 'node'],
    ]);
  });

  it('are read anew after five minutes', async () => {
    const { clock, users } = start();
    expect(await users('reg.io/a')).toEqual([]);
    write('agent/config.json', { auths: { 'reg.io': login('late') } });
    expect(await users('reg.io/a')).toEqual([]);
    await clock.advance(5 * 60_000);
    expect(await users('reg.io/a')).toEqual([['late', 'node']]);
  });

  it('are not those of a file that is no JSON', async () => {
    write('agent/config.json', '{');
    write('home/.docker/config.json', { auths: { 'reg.io': login('home') } });
    expect(await start().users('reg.io/a')).toEqual([['home', 'node']]);
  });
});
