import type { Kind } from '../../../api/definition/kind.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';

const NAME = 'default';

/** Creates the service account `default` in every namespace: pods that name no account use it. */
export function serviceAccountController(kinds: { namespaces: Kind<Namespace>; serviceAccounts: Kind<ServiceAccount> }): ControllerDefinition {
  return {
    name: 'serviceaccount-controller',
    component: 'service-account-controller',
    concurrency: 1,
    for: primary(kinds.namespaces, { when: { create: true }, priority: 'normal' }),
    watches: [
      watched(kinds.serviceAccounts, {
        when: { delete: ({ metadata }) => metadata.name === NAME },
        map: ({ metadata }) => ({ namespace: '', name: metadata.namespace ?? '' }),
      }),
    ],
    reconcile: ({ client, informers }) => {
      const namespaces = informers.of(kinds.namespaces);
      const accounts = informers.of(kinds.serviceAccounts);
      return async (key) => {
        const namespace = namespaces.get(key);
        if (namespace === undefined || isDeleting(namespace)) return DONE;
        const account = { namespace: key.name, name: NAME };
        if (accounts.get(account)) return DONE;
        try {
          await client.create(kinds.serviceAccounts, { metadata: account });
        } catch (error) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
        }
        return DONE;
      };
    },
  };
}
