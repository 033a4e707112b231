import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { watchPlugins } from './plugin-watcher.ts';

let root = '';
let seen: string[];
let registry: Registry;
let refusals: number;
let end: AbortController;
let ended: Promise<void>;
const servers = new Set<Server>();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plugins-'));
  seen = [];
  registry = new Registry();
  refusals = 0;
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await ended;
  for (const server of servers) server.close();
  await removeDirectory(root);
});

const directory = () => join(root, 'plugins_registry');
const name = (path: string) => path.slice(directory().length + 1);
function begin(): void {
  const handler = {
    added: async (path: string) => {
      seen.push(`added ${name(path)}`);
      if (refusals-- > 0) throw new Error('not now');
    },
    removed: async (path: string) => void seen.push(`removed ${name(path)}`),
  };
  ended = watchPlugins({ directory: directory(), handler, registry, clock: systemClock, log: silentLogger }, end.signal);
}
const open = (path: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(join(directory(), path), () => resolve(server));
    servers.add(server);
  });
const close = (server: Server) => new Promise((resolve) => server.close(resolve));
async function until(expected: readonly string[]): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (seen.length < expected.length && systemClock.monotonic() < deadline)
    await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)));
  expect(seen).toEqual(expected);
}
/** Opens a socket before the watcher has begun. */
async function openSoon(path: string): Promise<Server> {
  await mkdir(directory(), { recursive: true });
  return open(path);
}

it('sockets are handed over that are there, that come, and that go', async () => {
  await openSoon('first.sock');
  begin();
  await until(['added first.sock']);
  const second = await open('second.sock');
  await until(['added first.sock', 'added second.sock']);
  await close(second);
  await until(['added first.sock', 'added second.sock', 'removed second.sock']);
});

it('a socket that takes the place of another is registered anew', async () => {
  const first = await openSoon('a.sock');
  begin();
  await until(['added a.sock']);
  await close(first);
  await open('a.sock');
  await until(['added a.sock', 'removed a.sock', 'added a.sock']);
});

it('a plugin that could not be registered is tried again, and not removed before it was', async () => {
  const server = await openSoon('a.sock');
  refusals = 1;
  begin();
  await until(['added a.sock', 'added a.sock']);
  await close(server);
  await until(['added a.sock', 'added a.sock', 'removed a.sock']);
});

it('files, and names that begin with a dot, are left alone', async () => {
  await openSoon('.hidden.sock');
  await writeFile(join(directory(), 'file'), '');
  begin();
  await open('seen.sock');
  await until(['added seen.sock']);
});

it('sockets are counted as they are there, and as they have registered', async () => {
  refusals = 1;
  const server = await openSoon('a.sock');
  begin();
  const socket = join(directory(), 'a.sock');
  const total = (state: string) => `plugin_manager_total_plugins{socket_path="${socket}",state="${state}_state_of_world"} 1`;
  await until(['added a.sock']);
  expect(await samplesOf(registry, 'plugin_manager')).toEqual([total('desired')]);
  await until(['added a.sock', 'added a.sock']);
  expect(await samplesOf(registry, 'plugin_manager')).toEqual([total('desired'), total('actual')]);
  await close(server);
  await until(['added a.sock', 'added a.sock', 'removed a.sock']);
  expect(await samplesOf(registry, 'plugin_manager')).toEqual([]);
});
