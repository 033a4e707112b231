import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { startDraDriver } from './dra-driver.fixture.ts';
import { createDraMetrics } from './dra-metrics.ts';
import type { DraPlugins } from './dra-plugins.ts';
import { createDraPlugins } from './dra-plugins.ts';

let root = '';
let told: boolean[];
let plugins: DraPlugins;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dra-plugins-'));
  told = [];
  plugins = createDraPlugins({
    root,
    clock: systemClock,
    log: silentLogger,
    metrics: createDraMetrics(systemClock, () => new Map()),
    onUsable: (_driver, isUsable) => {
      if (told.at(-1) !== isUsable) told.push(isUsable);
    },
    onHealth: () => {},
    onHealthLost: () => {},
  });
});
afterEach(async () => {
  plugins.closeAll();
  await removeDirectory(root);
});

/** Starts a process of the driver, whose sockets carry a name. */
const start = (name: string) => startDraDriver({ name: 'd', socket: join(root, name), registrationSocket: join(root, `${name}-reg`) });
const plugin = (name: string) => ({ name: 'd', endpoint: join(root, name), versions: ['v1.DRAPlugin'] });
const claim = { namespace: 'default', uid: 'u', name: 'x' };

/** Waits for what is told of the driver, at most a minute. */
async function until(expected: readonly boolean[]): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (told.length < expected.length && systemClock.monotonic() < deadline)
    await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)));
  expect(told).toEqual(expected);
}

it('a driver counts as away when its process has died, though its socket is there, and as back when it listens again', async () => {
  const first = await start('a');
  await plugins.register(plugin('a'));
  await until([false, true]);
  await first.stop(true);
  await until([false, true, false]);
  const second = await start('a');
  await until([false, true, false, true]);
  await plugins.deregister(plugin('a'));
  await until([false, true, false, true, false]);
  expect(() => plugins.get('d')).toThrow('DRA driver d is not registered');
  await second.stop();
});

it('a driver that is updated is never away: its newest plugin that can be reached is called', async () => {
  const old = await start('old');
  await plugins.register(plugin('old'));
  await until([false, true]);
  await plugins.register(plugin('new'));
  await plugins.get('d').prepare([claim]);
  expect(old.calls).toEqual(['prepare x']);
  const fresh = await start('new');
  const deadline = systemClock.monotonic() + 60_000;
  while (fresh.calls.length === 0 && systemClock.monotonic() < deadline) await plugins.get('d').unprepare([claim]);
  expect(fresh.calls).toEqual(['unprepare x']);
  await plugins.deregister(plugin('old'));
  await old.stop();
  await plugins.get('d').prepare([claim]);
  expect(fresh.calls).toEqual(['unprepare x', 'prepare x']);
  expect(told).toEqual([false, true]);
  await fresh.stop();
});
