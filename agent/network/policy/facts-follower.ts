import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { WatcherOptions } from '../../../runtime/watch/watcher.ts';
import { runWatcher } from '../../../runtime/watch/watcher.ts';

export interface FactsOptions<T extends KubeObject, F> extends Omit<WatcherOptions<T>, 'deliver'> {
  /** Returns the facts to keep of an object; undefined if it counts as absent. */
  readonly factsOf: (object: Live<T>) => F | undefined;
  /** Called with what an object, by `namespace/name`, is now, each time that it changes. */
  readonly changed: (key: string, facts: F | undefined) => void;
}

/**
 * Follows the objects of a kind, and keeps a few facts of each instead of the object: all pods of a cluster, on each of its nodes, take little
 * memory so. Resolves after the first list; follows until the signal aborts.
 */
export function followFacts<T extends KubeObject, F>({ factsOf, changed, ...options }: FactsOptions<T, F>): Promise<void> {
  const known = new Map<string, F>();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const put = (key: string, facts: F | undefined) => {
    if (isDeepStrictEqual(known.get(key), facts)) return;
    if (facts === undefined) known.delete(key);
    else known.set(key, facts);
    changed(key, facts);
  };
  void runWatcher<T>({
    ...options,
    deliver(delivery) {
      if (delivery.type !== 'replace') {
        const key = keyText(keyOf(delivery.object));
        put(key, delivery.type === 'put' ? factsOf(delivery.object) : undefined);
        return;
      }
      const gone = new Set(known.keys());
      for (const page of delivery.pages) {
        for (const object of page) {
          const key = keyText(keyOf(object));
          gone.delete(key);
          put(key, factsOf(object));
        }
      }
      for (const key of gone) put(key, undefined);
      resolve();
    },
  });
  return ready;
}
