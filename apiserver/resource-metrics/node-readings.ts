import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { parseNodeReadings } from './exposition.ts';
import type { ReadingPair } from './usage.ts';

export interface NodeReadingsOptions {
  /** Asks a node for its /metrics/resource. */
  readonly scrape: (nodeName: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The last readings of the nodes. */
export interface NodeReadingsCache {
  /** Resolves to two readings of a node, the later one at most ten seconds old; undefined if the node does not answer. */
  of(nodeName: string): Promise<ReadingPair | undefined>;
}

/** A reading answers requests for this long: autoscalers ask every 15 seconds, and are to see a new one each time. */
const FRESH_MS = 10_000;
/** An earlier reading is of use for this long; usage over a longer time says little about the present. */
const WINDOW_MOST_MS = 60_000;
/** The time between two readings if there is no earlier one. */
const FIRST_WINDOW_MS = 1_000;
/** A node that did not answer is not asked again for this long. */
const FAILURE_MS = 10_000;
/** Readings that nobody has asked for in this time are dropped: the node may be gone. */
const KEPT_MS = 5 * 60_000;

interface NodeState {
  pair: ReadingPair | undefined;
  /** The time of the last reading or failure, on the monotonic scale. */
  at: number;
  failed: boolean;
  pending: Promise<ReadingPair | undefined> | undefined;
}

/**
 * Reads the counters of nodes when somebody asks for their usage, and keeps the last two readings of each. Nothing is read while nobody asks.
 * The first answer about a node takes a second: it needs two readings.
 */
export function createNodeReadings({ scrape, clock, log }: NodeReadingsOptions): NodeReadingsCache {
  const states = new Map<string, NodeState>();

  let prunedAt = clock.monotonic();

  function prune(): void {
    const now = clock.monotonic();
    if (now - prunedAt < KEPT_MS) return;
    prunedAt = now;
    for (const [name, { at, pending }] of states) if (!pending && now - at > KEPT_MS) states.delete(name);
  }

  const read = async (nodeName: string) => parseNodeReadings(await scrape(nodeName), clock.now());

  async function refresh(nodeName: string, state: NodeState): Promise<ReadingPair | undefined> {
    try {
      const earlier = state.pair && !state.failed && clock.monotonic() - state.at <= WINDOW_MOST_MS ? state.pair.now : undefined;
      let before = earlier;
      if (!before) {
        before = await read(nodeName);
        await sleep(clock, FIRST_WINDOW_MS);
      }
      state.pair = { before, now: await read(nodeName) };
      state.failed = false;
    } catch (error) {
      if (!state.failed) log.warn({ err: error, node: nodeName }, 'a node does not say what it uses: asking again when somebody wants to know');
      state.failed = true;
      state.pair = undefined;
    }
    state.at = clock.monotonic();
    state.pending = undefined;
    return state.pair;
  }

  return {
    async of(nodeName) {
      prune();
      const state = states.get(nodeName) ?? { pair: undefined, at: Number.NEGATIVE_INFINITY, failed: false, pending: undefined };
      states.set(nodeName, state);
      if (state.pending) return state.pending;
      if (clock.monotonic() - state.at < (state.failed ? FAILURE_MS : FRESH_MS)) return state.pair;
      state.pending = refresh(nodeName, state);
      return state.pending;
    },
  };
}
