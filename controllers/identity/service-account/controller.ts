import type { Kind } from '../../../api/definition/kind.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';

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
