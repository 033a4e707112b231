import { settledWithin } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';

/** Readings by path that are taken when somebody asks, at most once a minute: nothing is measured while nobody does. */
export interface Meter<Reading> {
  /** Resolves with the newest readings. Those that are due are waited for a second at most; until they are there, the ones before stand. */
  read(): Promise<ReadonlyMap<string, Reading>>;
}

export interface MeterOptions<Reading> {
  /** Measures everything, and hands on each reading as it comes. */
  readonly measure: (found: (path: string, reading: Reading) => void) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** kubelet's default `volumeStatsAggPeriod`. */
const PERIOD_MS = 60_000;
const PATIENCE_MS = 1_000;

export function createMeter<Reading>({ measure, clock, log }: MeterOptions<Reading>): Meter<Reading> {
  let readings: ReadonlyMap<string, Reading> = new Map();
  let startedAt = Number.NEGATIVE_INFINITY;
  let round: Promise<void> | undefined;

  /** At its end, what it did not find is forgotten. */
  const measureAll = async (): Promise<void> => {
    const shown = new Map(readings);
    const fresh = new Map<string, Reading>();
    readings = shown;
    try {
      await measure((path, reading) => {
        shown.set(path, reading);
        fresh.set(path, reading);
      });
    } catch (error) {
      log.info({ err: error }, 'the disk use of pods could not be measured');
    }
    readings = fresh;
    round = undefined;
  };

  return {
    async read() {
      if (!round && clock.monotonic() - startedAt >= PERIOD_MS) {
        startedAt = clock.monotonic();
        round = measureAll();
      }
      if (round) await settledWithin(clock, PATIENCE_MS, round);
      return readings;
    },
  };
}
