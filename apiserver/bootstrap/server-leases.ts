import type { Store } from '../../store/store.ts';

const PREFIX = '/registry/masterleases/';
/** A server that has not renewed for this long is no longer pointed to, as upstream has it. */
const TTL_SECONDS = 15;

/** Tells which API servers on one store are alive: each keeps a key that the store drops when it is not renewed. */
export function serverLeases(store: Store, address: string) {
  return {
    async renew(): Promise<void> {
      const key = PREFIX + address;
      for (;;) {
        const there = await store.get(key);
        const options = { ttlSeconds: TTL_SECONDS };
        const result = there ? await store.update(key, address, there.revision, options) : await store.create(key, address, options);
        if (result.ok) return;
      }
    },
    async alive(): Promise<readonly string[]> {
      return (await store.list(PREFIX)).items.map((item) => item.value);
    },
    async end(): Promise<void> {
      const there = await store.get(PREFIX + address);
      if (there) await store.delete(PREFIX + address, there.revision);
    },
  };
}
