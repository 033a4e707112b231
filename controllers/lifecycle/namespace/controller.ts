import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { NamespaceKinds } from './reconcile.ts';
import { createNamespaceReconcile } from './reconcile.ts';

/** Deletes what is in a namespace before the namespace goes. */
export function namespaceController(kinds: NamespaceKinds): ControllerDefinition {
  return {
    name: 'namespace-controller',
    component: 'namespace-controller',
    concurrency: 10,
    setup(env) {
      const namespaces = env.informers.of(kinds.namespaces);
      const pods = env.informers.of(kinds.pods);
      namespaces.on({
        add: (namespace, initial) => {
          if (isDeleting(namespace)) env.enqueue(keyOf(namespace), { priority: initial ? 'low' : 'normal' });
        },
        update: (namespace, old) => {
          if (isDeleting(namespace) && !isDeleting(old)) env.enqueue(keyOf(namespace));
        },
      });
      pods.on({
        delete: (pod) => {
          const key = { namespace: '', name: pod.metadata.namespace ?? '' };
          const namespace = namespaces.get(key);
          if (namespace && isDeleting(namespace) && pods.list(key.name).length === 0) env.enqueue(key);
        },
      });
      return { reconcile: createNamespaceReconcile(env, kinds, namespaces), needs: [namespaces, pods] };
    },
  };
}
