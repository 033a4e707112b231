import type { Heap } from '../../base/heap.ts';
import { createHeap } from '../../base/heap.ts';

/**
 * Shares the event loop out. Every verb runs on one thread: what starves others is no lack of seats, but one long piece of work after
 * another. Long work therefore asks for a turn before each of its pieces; a round of the event loop has one turn. Senders have theirs in
 * rotation, and of one sender's requests the oldest is brought to its end first: ten at once would all end late. Whatever is short asks for
 * none, and is served between any two turns.
 */
export interface Turns {
  /** Returns undefined if the caller may work at once, otherwise a promise of its turn. `order`: the place of the request among others. */
  take(sender: string, order: number): Promise<void> | undefined;
}

interface Turn {
  readonly order: number;
  readonly start: () => void;
}

export function createTurns(): Turns {
  const waiting = new Map<string, Heap<Turn>>();
  let taken = false;

  function nextRound(): void {
    // The sender that has waited longest for its rotation is the first of the map.
    for (const [sender, turns] of waiting) {
      const turn = turns.pop();
      waiting.delete(sender);
      if (turns.size > 0) waiting.set(sender, turns);
      setImmediate(nextRound);
      turn?.start();
      return;
    }
    taken = false;
  }

  return {
    take(sender, order) {
      if (!taken) {
        taken = true;
        setImmediate(nextRound);
        return undefined;
      }
      return new Promise((resolve) => {
        let turns = waiting.get(sender);
        if (!turns) {
          turns = createHeap<Turn>((a, b) => a.order < b.order);
          waiting.set(sender, turns);
        }
        turns.push({ order, start: resolve });
      });
    },
  };
}
