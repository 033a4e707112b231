import type { StoredItem } from './cache-item.ts';
import { SortedItems } from './sorted-items.ts';

/** Label keys that are indexed at a time, the ones asked for last. */
const MAX_KEYS = 8;

/**
 * Items by the labels that readers select by. Nobody declares which: a key's index is made when a list first asks for it, and kept right
 * from then on, until others have been asked for since. Work is in proportion to what has the label, not to what there is.
 */
export class LabelIndex {
  private readonly keys = new Map<string, Map<string, SortedItems>>();
  private readonly all: () => Iterable<StoredItem>;

  /** @param all every item, in key order */
  constructor(all: () => Iterable<StoredItem>) {
    this.all = all;
  }

  /** The items whose label `key` has this value, in key order. */
  find(key: string, value: string): readonly StoredItem[] {
    const values = this.keys.get(key) ?? this.build(key);
    this.keys.delete(key);
    this.keys.set(key, values);
    const [oldest] = this.keys.keys();
    if (this.keys.size > MAX_KEYS && oldest !== undefined) this.keys.delete(oldest);
    return values.get(value)?.items ?? [];
  }

  put(item: StoredItem, previous: StoredItem | undefined): void {
    for (const [key, values] of this.keys) {
      const before = previous && labelOf(previous, key);
      const value = labelOf(item, key);
      if (before !== undefined && before !== value) drop(values, before, item);
      if (value !== undefined) insert(values, value, item);
    }
  }

  delete(item: StoredItem): void {
    for (const [key, values] of this.keys) {
      const value = labelOf(item, key);
      if (value !== undefined) drop(values, value, item);
    }
  }

  private build(key: string): Map<string, SortedItems> {
    const values = new Map<string, SortedItems>();
    for (const item of this.all()) {
      const value = labelOf(item, key);
      if (value !== undefined) insert(values, value, item);
    }
    return values;
  }
}

function labelOf({ object }: StoredItem, key: string): string | undefined {
  const { labels } = object.metadata;
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function insert(values: Map<string, SortedItems>, value: string, item: StoredItem): void {
  let section = values.get(value);
  if (!section) {
    section = new SortedItems();
    values.set(value, section);
  }
  section.put(item);
}

function drop(values: Map<string, SortedItems>, value: string, item: StoredItem): void {
  const section = values.get(value);
  section?.delete(item.key);
  if (section?.items.length === 0) values.delete(value);
}
