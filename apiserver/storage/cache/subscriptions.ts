import type { CacheEvent, FieldTerm, Subscriber } from '../../contract/cache.ts';
import type { StoredEvent } from './event-ring.ts';
import type { ItemIndex } from './item-index.ts';

/** Those who are told of a cache's changes: of every one, or of those whose objects have one value of an indexed field, or had it. */
export class Subscriptions {
  private readonly items: ItemIndex;
  private readonly toAll = new Set<Subscriber>();
  private readonly toValues = new Map<string, Set<Subscriber>>();

  constructor(items: ItemIndex) {
    this.items = items;
  }

  /** The number of those who are told of every change. */
  get size(): number {
    return this.toAll.size;
  }

  /** Tells of past events at once, and of every later one until the returned function is called. A field without an index narrows nothing. */
  add(subscriber: Subscriber, past: readonly StoredEvent[], index: FieldTerm | undefined): () => void {
    const fieldOf = index && this.items.reader(index.field);
    for (const event of past) {
      if (!index || !fieldOf || fieldOf(event.item.object) === index.value || (event.previous && fieldOf(event.previous.object) === index.value)) {
        subscriber.deliver(event);
        event.lines.clear();
      }
    }
    if (!index || !fieldOf) {
      this.toAll.add(subscriber);
      return () => this.toAll.delete(subscriber);
    }
    const slot = `${index.field}=${index.value}`;
    const set = this.toValues.get(slot) ?? new Set();
    this.toValues.set(slot, set.add(subscriber));
    return () => {
      set.delete(subscriber);
      if (set.size === 0 && this.toValues.get(slot) === set) this.toValues.delete(slot);
    };
  }

  publish(event: StoredEvent): void {
    this.tellAll(event);
    if (this.toValues.size === 0) return;
    for (const [field, { read }] of this.items.indexedFields()) {
      const value = read(event.item.object);
      const before = event.previous ? read(event.previous.object) : value;
      for (const subscriber of this.toValues.get(`${field}=${value}`) ?? []) subscriber.deliver(event);
      if (before !== value) for (const subscriber of this.toValues.get(`${field}=${before}`) ?? []) subscriber.deliver(event);
    }
  }

  /** Tells those who are told of every change. */
  tellAll(event: CacheEvent): void {
    for (const subscriber of this.toAll) subscriber.deliver(event);
  }

  /** Ends all subscriptions. */
  end(): void {
    this.endSome(() => false);
  }

  /** Ends those that a gap in the feed leaves without changes that they count on. */
  endAtGap(): void {
    this.endSome(({ survivesGaps }) => survivesGaps === true);
  }

  private endSome(stays: (subscriber: Subscriber) => boolean): void {
    const all = [...this.toAll, ...[...this.toValues.values()].flatMap((set) => [...set])];
    const staying = [...this.toAll].filter(stays);
    this.toAll.clear();
    this.toValues.clear();
    for (const subscriber of staying) this.toAll.add(subscriber);
    for (const subscriber of all) if (!stays(subscriber)) subscriber.broken();
  }
}
