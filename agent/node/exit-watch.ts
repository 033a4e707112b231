import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';

const RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 10_000;
/** The event comes from below the CRI, which learns of the exit from the same source: its status may follow a moment later. */
const RECHECK_MS = [0, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** Keeps the cache up with exits until the signal aborts. Exits while the stream is down show at the next relist. */
export async function watchExits(runtime: ContainerRuntime, cache: RuntimeCache, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  const noticed = async (id: string) => {
    for (const delay of RECHECK_MS) {
      if (delay > 0) await sleep(clock, delay, signal);
      if (signal.aborted) return;
      // It is not ours, or was removed meanwhile.
      const owner = cache.owner(id);
      if (owner === undefined) continue;
      const { sandboxes } = cache.of(owner);
      if (sandboxes.some((sandbox) => sandbox.id === id)) {
        if (!(await cache.refreshSandbox(id))?.ready) return;
      } else if ((await cache.refreshContainer(id))?.state !== 'running') return;
    }
  };
  const backoff = createBackoff({ initialMs: RECONNECT_MS, maxMs: MAX_RECONNECT_MS });
  let failing = false;
  while (!signal.aborted) {
    const start = clock.monotonic();
    try {
      await runtime.watchExits(
        (id) => void noticed(id).catch((error: unknown) => log.debug({ err: error }, 'an exit could not be looked at')),
        signal,
      );
    } catch (error) {
      // A stream that breaks again and again is told of once.
      if (!signal.aborted) log[failing ? 'debug' : 'warn']({ err: error }, 'the stream of exits broke: exits show at the next look at the runtime');
      failing = true;
    }
    if (clock.monotonic() - start >= MAX_RECONNECT_MS) {
      backoff.reset();
      failing = false;
    }
    await sleep(clock, backoff.next(), signal);
  }
}
