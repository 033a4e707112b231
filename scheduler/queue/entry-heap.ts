import { createHeap } from '../../base/heap.ts';
import type { Entry } from './queued-pod.ts';

interface Slot {
  readonly entry: Entry;
  readonly ticket: number;
  readonly order: number;
}

/** A heap of entries. An entry leaves it by any move: its ticket is then another, and `peek` drops the stale slot. */
export interface EntryHeap {
  push(entry: Entry): void;
  /** The first entry that is still here. */
  peek(): Entry | undefined;
}

/** `compare` is negative if the first entry comes before the second; equals come out in the order of their arrival. */
export function createEntryHeap(compare: (a: Entry, b: Entry) => number): EntryHeap {
  let order = 0;
  const heap = createHeap<Slot>((a, b) => (compare(a.entry, b.entry) || a.order - b.order) < 0);
  return {
    push(entry) {
      heap.push({ entry, ticket: entry.ticket, order: order++ });
    },
    peek() {
      for (let slot = heap.peek(); slot; slot = heap.peek()) {
        if (slot.ticket === slot.entry.ticket) return slot.entry;
        heap.pop();
      }
      return undefined;
    },
  };
}

/** The order of ready pods (upstream's PrioritySort): by priority, then by the time of arrival. */
export const byPriority = (a: Entry, b: Entry): number => b.info.priority - a.info.priority || a.since - b.since;
export const byBackoff = (a: Entry, b: Entry): number => a.backoffUntil - b.backoffUntil;
