import type { Fifo } from '../../base/fifo.ts';
import { createFifo } from '../../base/fifo.ts';

/**
 * Shares the event loop out. Every verb runs on one thread: what starves others is no lack of seats, but one long piece of work after
 * another. Long work therefore asks for a turn before each of its pieces; a round of the event loop has one turn, and senders have theirs in
 * rotation. Whatever is short asks for none, and is served between any two turns.
 */
export interface Turns {
  /** Returns undefined if the caller may work at once, otherwise a promise of its turn. */
  take(sender: string): Promise<void> | undefined;
}

export function createTurns(): Turns {
  const waiting = new Map<string, Fifo<() => void>>();
  let taken = false;

  function nextRound(): void {
    // The sender that has waited longest for its rotation is the first of the map.
    for (const [sender, turns] of waiting) {
      const start = turns.shift();
      waiting.delete(sender);
      if (turns.size > 0) waiting.set(sender, turns);
      setImmediate(nextRound);
      start?.();
      return;
    }
    taken = false;
  }

  return {
    take(sender) {
      if (!taken) {
        taken = true;
        setImmediate(nextRound);
        return undefined;
      }
      return new Promise((resolve) => {
        let turns = waiting.get(sender);
        if (!turns) {
          turns = createFifo();
          waiting.set(sender, turns);
        }
        turns.push(resolve);
      });
    },
  };
}
