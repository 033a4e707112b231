import { csiDrivers } from '../../api/kinds/storage/csi-driver.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { CsiNodeWriter } from './csi-node-writer.ts';
import type { FollowedCsiVolumes } from './csi-volumes.ts';
import type { Driver, Drivers } from './drivers.ts';

export interface UpkeepOptions {
  readonly drivers: Drivers;
  readonly volumes: Pick<FollowedCsiVolumes, 'refresh' | 'sweep'>;
  readonly nodeWriter: Pick<CsiNodeWriter, 'update'>;
  readonly objects: ObjectSource;
  readonly clock: Clock;
  readonly log: Logger;
}

const TICK_MS = 10_000;
/** kubelet looks at each pod about once a minute. */
const REFRESH_TICKS = 6;

/** Does what volumes and drivers need from time to time, until the signal aborts. It reads the API for as much as drivers and volumes are there. */
export async function keepUp({ drivers, volumes, nodeWriter, objects, clock, log }: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const asked = new Map<string, number>();
  const periods = new Map<string, number | undefined>();

  /** Asks a driver again how many volumes the node takes, as often as its CSIDriver says. */
  const askAgain = async ({ name, client }: Driver): Promise<void> => {
    const period = periods.get(name);
    const last = asked.get(name) ?? clock.monotonic();
    asked.set(name, last);
    if (period === undefined || clock.monotonic() - last < period) return;
    asked.set(name, clock.monotonic());
    await nodeWriter.update(name, await client.info());
  };

  for (let tick = 0; !signal.aborted; tick++) {
    try {
      if (tick % REFRESH_TICKS === 0) {
        for (const { name } of drivers.all()) {
          const seconds = (await objects.get(csiDrivers, { namespace: '', name }))?.spec.nodeAllocatableUpdatePeriodSeconds;
          periods.set(name, seconds === undefined ? undefined : Number(seconds) * 1000);
        }
        await volumes.refresh();
      }
      await volumes.sweep();
      for (const driver of drivers.all()) await askAgain(driver);
    } catch (error) {
      log.info({ err: error }, 'CSI volumes could not be looked at');
    }
    await sleep(clock, TICK_MS, signal);
  }
}
