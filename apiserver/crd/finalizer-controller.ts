import type { KindDefinition } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { DeclaredController } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { FINALIZER } from './cleanup-plugin.ts';
import { hasCondition, withCondition } from './names.ts';
import type { ServedDefinitions } from './served-definitions.ts';

type Crd = Live<CustomResourceDefinition>;

/** Objects with finalizers take as long as they take; the others are gone at the first look. */
const LOOK_AGAIN_MS = 200;

const NAME = 'crd_finalizer';

/** Deletes the objects of terminating definitions, and then lets these go (apiextensions' CRDFinalizer). */
export const finalizerController = (objects: StorageAccess, served: ServedDefinitions): DeclaredController => ({
  name: NAME,
  component: NAME,
  concurrency: 5,
  for: customResourceDefinitions,
  reconcile:
    ({ client, clock }) =>
    async (key) => {
      const crd = objects.get(customResourceDefinitions, key);
      const { deletionTimestamp, finalizers = [] } = crd?.metadata ?? {};
      if (!crd || !deletionTimestamp || !finalizers.includes(FINALIZER)) return DONE;
      // Objects are deleted through the kind, so it must be served, though it was never in effect on this server.
      if (hasCondition(crd, 'Established')) await served.serve(crd);
      if (!hasCondition(crd, 'Terminating')) await objects.modify(customResourceDefinitions, key, (current) => terminating(current, clock.now()));
      const kind = served.storedKind(key.name);
      if (kind && !(await removeObjects(client, objects, kind))) return { requeueAfterMs: LOOK_AGAIN_MS };
      const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
      const body = { metadata: { uid: crd.metadata.uid, finalizers: rest.length > 0 ? rest : null } };
      await client.patch(customResourceDefinitions, key, { type: 'merge', body });
      return DONE;
    },
});

function terminating(crd: Crd, now: number): Crd {
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  };
  return { ...crd, status: { ...crd.status, conditions: withCondition(crd.status?.conditions ?? [], condition, timeText(now)) } };
}

/** Deletes all objects of a kind; returns true once none is left. */
async function removeObjects(client: Client, objects: StorageAccess, kind: KindDefinition): Promise<boolean> {
  for (const object of objects.list(kind)) {
    if (object.metadata.deletionTimestamp) continue;
    await client.delete(kind, keyOf(object)).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
  return objects.list(kind).length === 0;
}
