/** The CPU time of something at one time, in milliseconds since the epoch. */
interface Counter {
  readonly time: number;
  readonly nanoseconds: number;
  /** Billionths of a core that were used before. Undefined after the first reading. */
  readonly rate: number | undefined;
}

/** Rates of CPU time between readings. */
export interface CpuRates {
  /** Returns the billionths of a core used since the reading before; undefined for a counter that is new, or has fallen. */
  of(key: string, time: number, nanoseconds: number): number | undefined;
  /** Ends a round of readings: counters that it did not read are dropped. */
  endRound(): void;
}

/** Shorter times tell little: the rate before them stands. */
const LEAST_MS = 1_000;

export function createCpuRates(): CpuRates {
  let before = new Map<string, Counter>();
  let round = new Map<string, Counter>();

  function next(known: Counter | undefined, time: number, nanoseconds: number): Counter {
    if (!known || nanoseconds < known.nanoseconds) return { time, nanoseconds, rate: undefined };
    const elapsedMs = time - known.time;
    return elapsedMs < LEAST_MS ? known : { time, nanoseconds, rate: Math.round(((nanoseconds - known.nanoseconds) * 1000) / elapsedMs) };
  }

  return {
    of(key, time, nanoseconds) {
      const counter = next(round.get(key) ?? before.get(key), time, nanoseconds);
      round.set(key, counter);
      return counter.rate;
    },
    endRound() {
      before = round;
      round = new Map();
    },
  };
}
