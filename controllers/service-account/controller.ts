import type { Namespace } from '../../api/core/namespace.ts';
import type { ServiceAccount } from '../../api/core/service-account.ts';
import type { Kind } from '../../api/kind.ts';
import { keyOf } from '../../api/object.ts';
import { isAlreadyExists } from '../../api/status-error.ts';
import type { ControllerDefinition } from '../../runtime/controller.ts';
import { DONE } from '../../runtime/controller.ts';
import { isDeleting } from '../pod-state.ts';
import { isNamespaceTerminating } from '../refusals.ts';

const NAME = 'default';

/** Sees to it that every namespace has the service account `default`, which pods use that name none. */
export function serviceAccountController(kinds: { namespaces: Kind<Namespace>; serviceAccounts: Kind<ServiceAccount> }): ControllerDefinition {
  return {
    name: 'serviceaccount-controller',
    component: 'service-account-controller',
    concurrency: 1,
    setup(env) {
      const namespaces = env.informers.of(kinds.namespaces);
      const accounts = env.informers.of(kinds.serviceAccounts);
      namespaces.on({ add: (namespace) => env.enqueue(keyOf(namespace)) });
      accounts.on({
        delete: (account) => {
          if (account.metadata.name === NAME) env.enqueue({ namespace: '', name: account.metadata.namespace ?? '' });
        },
      });
      return {
        needs: [namespaces, accounts],
        async reconcile(key) {
          const namespace = namespaces.get(key);
          if (namespace === undefined || isDeleting(namespace)) return DONE;
          const account = { namespace: key.name, name: NAME };
          if (accounts.get(account)) return DONE;
          try {
            await env.client.create(kinds.serviceAccounts, { metadata: account });
          } catch (error) {
            if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
          }
          return DONE;
        },
      };
    },
  };
}
