import { createBoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';

/** The answers that are kept; beyond this number the least recently used is dropped. */
const MAX_ANSWERS = 4096;

/**
 * Returns a function that asks once per key and keeps the answer as long as `keepMs` says. Questions under one key that come while it is
 * asked share the answer; an error is thrown to all of them and not kept.
 */
export function cachedAnswers<A>(clock: Clock, keepMs: (answer: A) => number): (key: string, ask: () => Promise<A>) => Promise<A> {
  const known = createBoundedMap<{ readonly answer: A; readonly until: number }>(MAX_ANSWERS);
  const asking = new Map<string, Promise<A>>();

  async function asked(key: string, ask: () => Promise<A>): Promise<A> {
    try {
      const answer = await ask();
      known.set(key, { answer, until: clock.monotonic() + keepMs(answer) });
      return answer;
    } finally {
      asking.delete(key);
    }
  }

  return async (key, ask) => {
    const there = known.get(key);
    if (there && there.until > clock.monotonic()) return there.answer;
    const shared = asking.get(key) ?? asked(key, ask);
    asking.set(key, shared);
    return shared;
  };
}
