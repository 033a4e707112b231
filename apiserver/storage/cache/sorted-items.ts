import type { StoredItem } from './cache-item.ts';

/** Items of one namespace (or all cluster-scoped ones) in key order. */
export class SortedItems {
  readonly items: StoredItem[] = [];

  put(item: StoredItem): void {
    const last = this.items.at(-1);
    if (last === undefined || last.key < item.key) {
      this.items.push(item);
      return;
    }
    const at = this.find(item.key);
    if (this.items[at]?.key === item.key) this.items[at] = item;
    else this.items.splice(at, 0, item);
  }

  delete(key: string): void {
    const at = this.find(key);
    if (this.items[at]?.key === key) this.items.splice(at, 1);
  }

  /** The index of the key, or of the first one after it. */
  find(key: string): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.items[middle]?.key ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
