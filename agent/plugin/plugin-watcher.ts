import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { pluginMetrics } from './plugin-metrics.ts';

/** Acts on the sockets by which plugins register. */
export interface PluginHandler {
  /** A socket is there, or was replaced. @throws Error if the plugin could not be registered: it is tried again */
  added(socketPath: string): Promise<void>;
  removed(socketPath: string): Promise<void>;
}

export interface PluginWatcherOptions {
  /** The directory that registrars put their sockets in. */
  readonly directory: string;
  readonly handler: PluginHandler;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** kubelet's reconciler looks every second; failed registrations are tried again with a back-off from half a second to two minutes. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 120_000;
/** A watch may miss a change; a look at the directory costs one call. */
const LOOK_MS = 60_000;

interface Known {
  /** Tells a socket from one that took its place. */
  readonly identity: string;
  failures: number;
  registered: boolean;
}

/** Follows the directory of registration sockets until the signal aborts, and hands each of them to the handler. */
export async function watchPlugins({ directory, handler, registry, clock, log }: PluginWatcherOptions, signal: AbortSignal): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const known = new Map<string, Known>();
  if (registry) pluginMetrics(registry, () => [...known].map(([socket, { registered }]) => [socket, registered]));
  const watchers = new Map<string, FSWatcher>();
  let wake = new AbortController();
  let changed = false;
  const onChange = () => {
    changed = true;
    wake.abort();
  };

  const follow = (folder: string): void => {
    if (watchers.has(folder)) return;
    const watcher = watch(folder, { persistent: false }, onChange);
    const end = () => {
      watcher.close();
      watchers.delete(folder);
    };
    // A folder that is deleted ends its watch.
    watcher.on('error', end);
    watchers.set(folder, watcher);
  };

  const leave = async (socket: string): Promise<void> => {
    const entry = known.get(socket);
    known.delete(socket);
    if (entry?.registered) await handler.removed(socket).catch((error: unknown) => log.warn({ err: error, socket }, 'a plugin could not be removed'));
  };

  const enter = async (socket: string, entry: Known): Promise<void> => {
    try {
      await handler.added(socket);
      entry.registered = true;
    } catch (error) {
      entry.failures++;
      log.warn({ err: error, socket }, 'a plugin could not be registered');
    }
  };

  const look = async (): Promise<void> => {
    const found = await findSockets(directory, follow);
    for (const [socket, { identity }] of [...known]) if (found.get(socket) !== identity) await leave(socket);
    for (const [socket, identity] of found) {
      const entry = known.get(socket) ?? { identity, failures: 0, registered: false };
      known.set(socket, entry);
      if (!entry.registered) await enter(socket, entry);
    }
  };

  while (!signal.aborted) {
    changed = false;
    wake = new AbortController();
    await look().catch((error: unknown) => log.warn({ err: error, directory }, 'the directory of plugins could not be read'));
    const failures = Math.max(0, ...[...known.values()].map((entry) => (entry.registered ? 0 : entry.failures)));
    const waitMs = failures > 0 ? Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 10)) : LOOK_MS;
    if (!changed) await sleep(clock, waitMs, AbortSignal.any([signal, wake.signal]));
  }
  for (const watcher of watchers.values()) watcher.close();
}

/** Finds the sockets in a folder and the folders in it, whose names do not begin with a dot. */
async function findSockets(folder: string, follow: (folder: string) => void): Promise<Map<string, string>> {
  follow(folder);
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (basename(path).startsWith('.')) continue;
    if (entry.isDirectory()) for (const [socket, identity] of await findSockets(path, follow).catch(() => NONE)) found.set(socket, identity);
    if (!entry.isSocket()) continue;
    const stats = await stat(path).catch(() => undefined);
    if (stats) found.set(path, `${stats.dev}:${stats.ino}:${stats.ctimeMs}`);
  }
  return found;
}

const NONE: ReadonlyMap<string, string> = new Map();
