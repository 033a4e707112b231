import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Client, WatchEvent } from './client.ts';

const idOf = ({ group, plural }: Kind): string => `${group}/${plural}`;

/** Returns an object without its content. A list in Go's JSON gives an object a type and metadata at least. */
const metadataOf = <T extends KubeObject>({ apiVersion, kind, metadata }: Live<T>): Live<T> => ({ apiVersion, kind, metadata }) as Live<T>;

/**
 * Wraps a client so that lists and watches of some kinds yield metadata only, for those who count objects: their content never stays in memory.
 * Objects that are read one by one are whole.
 */
export function metadataOnly(client: Client, kinds: readonly Kind[]): Client {
  const bare = new Set(kinds.map(idOf));
  return {
    ...client,
    async list(kind, options) {
      const list = await client.list(kind, options);
      return bare.has(idOf(kind)) ? { ...list, items: list.items.map(metadataOf) } : list;
    },
    watch<T extends KubeObject>(
      kind: Kind<T>,
      options: Parameters<Client['watch']>[1],
      onEvent: (event: WatchEvent<T>) => void,
      signal: AbortSignal,
    ) {
      if (!bare.has(idOf(kind))) return client.watch(kind, options, onEvent, signal);
      const strip = (event: WatchEvent<T>) => onEvent(event.type === 'BOOKMARK' ? event : { ...event, object: metadataOf(event.object) });
      return client.watch(kind, options, strip, signal);
    },
  };
}
