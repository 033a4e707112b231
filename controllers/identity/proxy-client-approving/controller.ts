import type { Kind } from '../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { approve } from '../certificates/decide.ts';
import { NODE_PREFIX, NODES, proxyClientFault } from '../certificates/kubelet-requests.ts';
import { API_CLIENT } from '../certificates/signers.ts';
import { isUndecided, parsed } from '../certificates/state.ts';

type Request = CertificateSigningRequest;

const isNode = ({ spec }: Request): boolean => spec.username?.startsWith(NODE_PREFIX) === true && spec.groups?.includes(NODES) === true;

/**
 * Approves requests of nodes for the client certificate of their proxy, the user `system:kube-proxy`, who may read services, endpoints and
 * nodes. Requests of others, and for anything else, are left to the administrator.
 */
export function proxyClientApprovingController(requests: Kind<Request>): ControllerDefinition {
  const isOpen = (request: Live<Request>) => request.spec.signerName === API_CLIENT && isUndecided(request) && isNode(request);
  return {
    name: 'kube-proxy-client-approving-controller',
    component: 'kube-proxy-client-approving-controller',
    concurrency: 1,
    setup: (env) => ({
      for: primary(requests, { when: { create: isOpen, update: isOpen }, priority: 'normal' }),
      async reconcile(key) {
        const request = env.informers.of(requests).get(key);
        if (!request || !isOpen(request)) return DONE;
        if (proxyClientFault(await parsed(request), request.spec.usages ?? []) !== undefined) return DONE;
        await approve(env, requests, request, "Auto approving the client certificate of a node's proxy.");
        return DONE;
      },
    }),
  };
}
