import type { Status } from '../../api/meta/status.ts';
import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { ChangeType } from '../contract/call.ts';

/** A bookmark's object: a kind and metadata, nothing else. */
export interface Bookmark {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string };
}

/** Encodes the events of one watch. Texts and bytes are not mixed, except that `event` always makes bytes. */
export interface WatchEncoder {
  readonly contentType: string;
  item(type: ChangeType, item: CacheItem): string | Buffer;
  /** Encoded once for all watchers of the same form. */
  event(type: ChangeType, item: CacheItem, event: CacheEvent): Buffer;
  bookmark(object: Bookmark): string | Buffer;
  error(status: Status): string | Buffer;
}

/** Returns the encoded form of an event, which the watchers with this `id` share; an item that is not the event's own is not kept. */
export function sharedEvent(id: string, item: CacheItem, event: CacheEvent, encode: () => Buffer): Buffer {
  if (item !== event.item) return encode();
  let bytes = event.lines.get(id);
  if (!bytes) {
    bytes = encode();
    event.lines.set(id, bytes);
  }
  return bytes;
}
