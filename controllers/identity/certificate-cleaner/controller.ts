import type { Kind } from '../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { endOf } from './plan.ts';

/** Deletes certificate signing requests that are of no more use: decided an hour ago, undecided for a day, or with a certificate that has ended. */
export function certificateCleanerController(kinds: { requests: Kind<CertificateSigningRequest> }): ControllerDefinition {
  return {
    name: 'certificatesigningrequest-cleaner-controller',
    component: 'certificatesigningrequest-cleaner-controller',
    concurrency: 1,
    for: primary(kinds.requests, { when: { create: true, update: true } }),
    reconcile: ({ client, clock, informers }) => {
      const requests = informers.of(kinds.requests);
      return async (key) => {
        const request = requests.get(key);
        if (!request) return DONE;
        const left = endOf(request) - clock.now();
        if (left > 0) return { requeueAfterMs: left };
        const { uid, resourceVersion } = request.metadata;
        await unlessGone(client.delete(kinds.requests, key, { preconditions: { uid, resourceVersion } }));
        return DONE;
      };
    },
  };
}
