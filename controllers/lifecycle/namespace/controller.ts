import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { NamespaceKinds } from './reconcile.ts';
import { createNamespaceReconcile } from './reconcile.ts';

/** Deletes the content of a terminating namespace, then lets the namespace go. */
export function namespaceController(kinds: NamespaceKinds): ControllerDefinition {
  return {
    name: 'namespace-controller',
    component: 'namespace-controller',
    concurrency: 10,
    for: primary(kinds.namespaces, { when: { create: isDeleting, update: (namespace, old) => isDeleting(namespace) && !isDeleting(old) } }),
    watches: [
      // The end of the last pod of a terminating namespace.
      watched(kinds.pods, {
        when: { delete: true },
        map(pod, { informers }) {
          const namespace = informers.of(kinds.namespaces).get({ namespace: '', name: pod.metadata.namespace ?? '' });
          if (!namespace || !isDeleting(namespace)) return undefined;
          return informers.of(kinds.pods).list(namespace.metadata.name).length === 0 ? keyOf(namespace) : undefined;
        },
      }),
    ],
    reconcile: (env) => createNamespaceReconcile(env, kinds),
  };
}
