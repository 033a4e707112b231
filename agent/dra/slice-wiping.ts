import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';

export interface SliceWipingOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Deletes the node's ResourceSlices of drivers that are gone, so that no pod is sent to devices that nobody would prepare. */
export interface SliceWiping {
  /** A driver can be reached again, or no longer: then its slices are deleted, unless it comes back within half a minute. */
  driverChanged(driver: string, isUsable: boolean): void;
}

/** The time that a driver has to come back, as kubelet gives it: a pod of it may be replaced. */
const WIPING_DELAY_MS = 30_000;

/** @param signal ends what is under way */
export function createSliceWiping(options: SliceWipingOptions, signal: AbortSignal): SliceWiping {
  const pending = new Map<string, AbortController>();
  const wipeLater = async (driver: string, cancelled: AbortSignal): Promise<void> => {
    await sleep(options.clock, WIPING_DELAY_MS, cancelled);
    await wipeSlices(options, driver, cancelled);
  };
  return {
    driverChanged(driver, isUsable) {
      const current = pending.get(driver);
      if (isUsable) {
        current?.abort();
        pending.delete(driver);
      } else if (!current) {
        const cancel = new AbortController();
        pending.set(driver, cancel);
        // Once done it may be asked for again.
        void wipeLater(driver, AbortSignal.any([signal, cancel.signal])).then(() => {
          if (pending.get(driver) === cancel) pending.delete(driver);
        });
      }
    },
  };
}

/** Deletes the node's ResourceSlices, of one driver or of all; tries again until it has succeeded or the signal aborts. */
export async function wipeSlices(
  { client, nodeName, clock, log }: SliceWipingOptions,
  driver: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff({ initialMs: 1_000, maxMs: 5 * 60_000, jitter: 0.2 });
  const fieldSelector = `spec.nodeName=${nodeName}${driver === undefined ? '' : `,spec.driver=${driver}`}`;
  while (!signal.aborted) {
    try {
      await client.deleteCollection(resourceSlices, { fieldSelector });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      log.debug({ err: error, fieldSelector }, 'ResourceSlices could not be deleted yet');
      await sleep(clock, backoff.next(), signal);
    }
  }
}
