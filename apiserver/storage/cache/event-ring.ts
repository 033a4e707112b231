import type { CacheItem } from './cache-item.ts';

/** A change as the cache's subscribers see it. */
export interface CacheEvent {
  readonly revision: number;
  readonly deleted: boolean;
  /** The object after the change; for a deletion its last state, with the deletion's resourceVersion. */
  readonly item: CacheItem;
  /** The object before the change; undefined for a creation. */
  readonly previous: CacheItem | undefined;
  /** When the cache took it, in milliseconds on the clock's monotonic scale. */
  readonly at: number;
  /** Encoded forms, shared by all watchers that want the same. */
  readonly lines: Map<string, Buffer>;
}

const MAX_EVENTS = 8192;
const KEPT_MS = 75_000;
const MIN_EVENTS = 64;

/** The newest events of a cache: what a watch resumes from. Bounded in number, and beyond a minimum in age. */
export class EventRing {
  private events: CacheEvent[] = [];
  private head = 0;
  /** All events after this revision are here. */
  floor: number;

  constructor(floor: number) {
    this.floor = floor;
  }

  push(event: CacheEvent): void {
    this.events.push(event);
    this.trim(event.at);
  }

  /** Drops what is too much or too old. Amortised constant time. */
  trim(now: number): void {
    while (this.size > MAX_EVENTS || (this.size > MIN_EVENTS && now - (this.events[this.head]?.at ?? now) > KEPT_MS)) {
      this.floor = this.events[this.head]?.revision ?? this.floor;
      this.head++;
    }
    if (this.head > 1024 && this.head * 2 > this.events.length) {
      this.events = this.events.slice(this.head);
      this.head = 0;
    }
  }

  /** Puts older events before those that are here; they hold everything after `floor`. */
  prepend(events: readonly CacheEvent[], floor: number): void {
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
  after(revision: number): readonly CacheEvent[] {
    let low = this.head;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.events.slice(low);
  }
}
