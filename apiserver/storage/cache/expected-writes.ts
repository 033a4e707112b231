import type { KubeObject } from '../../../api/meta/object.ts';
import type { StoredItem } from './cache-item.ts';

/** A write on its way: when it comes back through the feed, its object is taken instead of parsing the text anew. */
export interface ExpectedWrite {
  readonly key: string;
  /** The text and its object; undefined once the write is settled. */
  written: { readonly value: string; readonly object: KubeObject } | undefined;
  /** The item that the feed made of it. */
  item: StoredItem | undefined;
}

/** The writes of this process that the feed has yet to bring. */
export class ExpectedWrites {
  private readonly byKey = new Map<string, ExpectedWrite[]>();

  /** Announces a write. Call before the store is asked. */
  add(key: string, value: string, object: KubeObject): ExpectedWrite {
    const write: ExpectedWrite = { key, written: { value, object }, item: undefined };
    const others = this.byKey.get(key);
    if (others) others.push(write);
    else this.byKey.set(key, [write]);
    return write;
  }

  find(key: string, value: string): ExpectedWrite | undefined {
    return this.byKey.get(key)?.find(({ written }) => written?.value === value);
  }

  /** Forgets a write, which lets go of its object: tables that the map has outgrown still hold the write itself. */
  settle(write: ExpectedWrite): void {
    write.written = undefined;
    write.item = undefined;
    const left = this.byKey.get(write.key)?.filter((other) => other !== write);
    if (left && left.length > 0) this.byKey.set(write.key, left);
    else this.byKey.delete(write.key);
  }
}
