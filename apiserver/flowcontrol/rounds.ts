import type { Clock } from '../../base/clock.ts';

/**
 * Bounds the requests that are begun in one round of the event loop. Each takes a fraction of a millisecond, but a thousand that arrive
 * together would hold up everyone else's for a second. Those that come once a round has lasted long enough wait for the next ones, senders in
 * rotation.
 */
export interface Rounds {
  /** Returns undefined if a request may begin at once, otherwise a promise of its turn. */
  enter(sender: string): Promise<void> | undefined;
}

/** A round that has begun requests for so long begins no more. Two of them are well below the 20 ms that the loop may be held up for. */
const ROUND_MS = 4;
/** Requests begun in one round, of those that have waited. */
const PER_ROUND = 16;

export function createRounds(clock: Pick<Clock, 'monotonic'>): Rounds {
  /** Undefined if nothing has begun in this round. */
  let began: number | undefined;
  const waiting = new Map<string, (() => void)[]>();

  const isOver = () => began !== undefined && clock.monotonic() - began >= ROUND_MS;

  function next(): void {
    if (isOver()) return;
    for (const [sender, requests] of waiting) {
      const start = requests.shift();
      waiting.delete(sender);
      if (requests.length > 0) waiting.set(sender, requests);
      start?.();
      return;
    }
  }

  function begin(): void {
    began = clock.monotonic();
    setImmediate(end);
  }

  /** Begins the next round if anyone waits for it. What a request does when it begins is done before the next callback. */
  function end(): void {
    began = undefined;
    if (waiting.size === 0) return;
    begin();
    for (let i = 0; i < PER_ROUND; i++) setImmediate(next);
  }

  return {
    enter(sender) {
      if (began === undefined) begin();
      else if (waiting.size > 0 || isOver()) {
        return new Promise((resolve) => {
          const requests = waiting.get(sender);
          if (requests) requests.push(resolve);
          else waiting.set(sender, [resolve]);
        });
      }
      return undefined;
    },
  };
}
