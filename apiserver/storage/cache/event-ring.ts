import type { CacheEvent } from '../../contract/cache.ts';
import type { StoredItem } from './cache-item.ts';

/** A change with the cache's own items. */
export interface StoredEvent extends CacheEvent {
  readonly item: StoredItem;
  readonly previous: StoredItem | undefined;
}

const MAX_EVENTS = 8192;
const KEPT_MS = 75_000;
const MIN_EVENTS = 64;

/** The newest events of a cache, from which watches resume. Bounded in number, and beyond a minimum in age. */
export class EventRing {
  /** Undefined before `head`: what is dropped is not held any more. */
  private events: (StoredEvent | undefined)[] = [];
  private head = 0;
  /** All events after this revision are here. */
  floor: number;

  constructor(floor: number) {
    this.floor = floor;
  }

  push(event: StoredEvent): void {
    this.events.push(event);
    this.trim(event.at);
  }

  /** Drops events that are too many or too old. Amortised constant time. */
  trim(now: number): void {
    while (this.size > MAX_EVENTS || (this.size > MIN_EVENTS && now - (this.events[this.head]?.at ?? now) > KEPT_MS)) {
      this.floor = this.events[this.head]?.revision ?? this.floor;
      this.events[this.head++] = undefined;
    }
    if (this.head > 1024 && this.head * 2 > this.events.length) {
      this.events.splice(0, this.head);
      this.head = 0;
    }
  }

  /** Puts older events before those that are here; they hold everything after `floor`. */
  prepend(events: readonly StoredEvent[], floor: number): void {
    this.events = [...events, ...this.events.slice(this.head)];
    this.head = 0;
    this.floor = floor;
  }

  /** Forgets everything up to a revision: after a gap in the feed. */
  reset(floor: number): void {
    this.events = [];
    this.head = 0;
    this.floor = floor;
  }

  get size(): number {
    return this.events.length - this.head;
  }

  /** The events after a revision, in order. */
  after(revision: number): readonly StoredEvent[] {
    let low = this.head;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.events.slice(low) as StoredEvent[];
  }
}
