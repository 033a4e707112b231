import type { Kind } from '../../api/definition/kind.ts';
import type { Namespace } from '../../api/kinds/core/namespace.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import type { PriorityClass } from '../../api/kinds/scheduling/priority-class.ts';
import { priorityClasses } from '../../api/kinds/scheduling/priority-class.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isAlreadyExists } from '../../api/meta/status-error.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const SYSTEM_CLASSES: readonly PriorityClass[] = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'For pods that a node cannot do without and that must stay where they are.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description: 'For pods that the cluster cannot do without; they may be moved to another node.',
  },
];

/** Creates an object that is missing; one that is there stays as it is, and costs no write. */
export async function ensureObject<T extends KubeObject>(client: Client, objects: StorageAccess, kind: Kind<T>, object: T): Promise<void> {
  if (objects.get(kind, keyOf(object))) return;
  try {
    await client.create(kind, object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Creates the namespaces that every cluster starts with. */
export async function ensureSystemNamespaces(client: Client, objects: StorageAccess): Promise<void> {
  await Promise.all(NAMESPACES.map((name) => ensureObject<Namespace>(client, objects, namespaces, { metadata: { name } })));
}

/** Creates the priority classes of the system's own pods. */
export async function ensurePriorityClasses(client: Client, objects: StorageAccess): Promise<void> {
  await Promise.all(SYSTEM_CLASSES.map((priorityClass) => ensureObject(client, objects, priorityClasses, priorityClass)));
}
