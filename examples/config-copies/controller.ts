import type { ConfigMap, Live } from 'skiff/api';
import { configMaps, keyOf } from 'skiff/api';
import type { ControllerDefinition } from 'skiff/runtime';
import { DONE, withFinalizer } from 'skiff/runtime';
import { COPY_OF, COPY_TO, keyOfOrigin, originOf, planCopies } from './plan.ts';

const FINALIZER = 'copies.example.dev/remove-copies';
const BY_ORIGIN = 'by-origin';

/** Keeps copies of ConfigMaps in the namespaces that they name, and takes them back with the original. */
export const configCopiesController: ControllerDefinition = {
  name: 'config-copies',
  component: 'config-copies',
  concurrency: 2,
  setup({ client, informers, enqueue, recorder }) {
    const maps = informers.of(configMaps);
    maps.addIndex(BY_ORIGIN, (map) => {
      const origin = map.metadata.labels?.[COPY_OF];
      return origin === undefined ? [] : [origin];
    });

    // A copy wakes its original; anything else is looked at where it asks for copies, or did.
    const wake = (map: Live<ConfigMap>, priority: 'normal' | 'low' = 'normal') => {
      const origin = map.metadata.labels?.[COPY_OF];
      if (origin !== undefined) enqueue(keyOfOrigin(origin), { priority });
      else if (map.metadata.annotations?.[COPY_TO] || map.metadata.finalizers?.includes(FINALIZER)) enqueue(keyOf(map), { priority });
    };
    maps.on({ add: (map, initial) => wake(map, initial ? 'low' : 'normal'), update: (map) => wake(map), delete: (map) => wake(map) });

    return {
      needs: [maps],
      async reconcile(key) {
        const original = maps.get(key);
        if (!original) return DONE;
        const copies = maps.byIndex(BY_ORIGIN, originOf(original));
        return withFinalizer(client, configMaps, original, FINALIZER, {
          async apply() {
            const { create, update, remove } = planCopies(original, copies);
            for (const copy of create) {
              await client.create(configMaps, copy);
              recorder.event(original, 'Normal', 'Copied', `Copied to namespace ${copy.metadata?.namespace}`);
            }
            for (const copy of update) await client.update(configMaps, copy);
            for (const copy of remove) await client.delete(configMaps, keyOf(copy), { preconditions: { uid: copy.metadata.uid } });
            return DONE;
          },
          async cleanup() {
            for (const copy of copies) await client.delete(configMaps, keyOf(copy), { preconditions: { uid: copy.metadata.uid } });
          },
        });
      },
    };
  },
};
