import type { ConfigMap, Live } from 'skiff-kube/api';
import { configMaps, keyOf } from 'skiff-kube/api';
import type { ControllerDefinition } from 'skiff-kube/runtime';
import { DONE, indexed, primary, watched, withFinalizer } from 'skiff-kube/runtime';
import { COPY_OF, COPY_TO, keyOfOrigin, originOf, planCopies } from './plan.ts';

const FINALIZER = 'copies.example.dev/remove-copies';
const BY_ORIGIN = 'by-origin';

const originLabel = ({ metadata }: Live<ConfigMap>): string | undefined => metadata.labels?.[COPY_OF];

/** Whether a ConfigMap asks for copies, or did: a copy is never copied in turn. */
const asksForCopies = (map: Live<ConfigMap>): boolean =>
  originLabel(map) === undefined && Boolean(map.metadata.annotations?.[COPY_TO] || map.metadata.finalizers?.includes(FINALIZER));

/** Keeps copies of ConfigMaps in the namespaces that they name, and deletes them with the original. */
export const configCopiesController: ControllerDefinition = {
  name: 'config-copies',
  component: 'config-copies',
  concurrency: 2,
  for: primary(configMaps, { when: asksForCopies }),
  // A copy wakes its original. Owner references do not cross namespaces: a label names it.
  watches: [
    watched(configMaps, {
      map(map) {
        const origin = originLabel(map);
        return origin === undefined ? undefined : keyOfOrigin(origin);
      },
    }),
  ],
  indexes: [
    indexed(configMaps, (maps) =>
      maps.addIndex(BY_ORIGIN, (map) => {
        const origin = originLabel(map);
        return origin === undefined ? [] : [origin];
      }),
    ),
  ],
  reconcile({ client, informers, recorder }) {
    const maps = informers.of(configMaps);
    return async (key) => {
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
    };
  },
};
