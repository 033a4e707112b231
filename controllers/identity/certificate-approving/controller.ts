import type { Kind } from '../../../api/definition/kind.ts';
import type { SubjectAccessReview } from '../../../api/kinds/authorization/subject-access-review.ts';
import { subjectAccessReviews } from '../../../api/kinds/authorization/subject-access-review.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { CertificateRequest } from '../../../base/x509/certificate.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { approve, hold } from '../certificates/decide.ts';
import { kubeletClientFault, NODE_PREFIX } from '../certificates/kubelet-requests.ts';
import { KUBELET_CLIENT } from '../certificates/signers.ts';
import { certificateEnd, isApproved, isUndecided, parsed } from '../certificates/state.ts';
import type { ApprovedRequest, ReservedNames } from './taken-name.ts';
import { takenName } from './taken-name.ts';

type Request = CertificateSigningRequest;

const GRANTED = 'granted';
const PENDING = 'pending';
const ALL = 'all';

/** Upstream's recognizers (pkg/controller/certificates/approver): the subresource that the requester must be allowed to create, and the message. */
const SELF = { subresource: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' };
const OTHER = { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' };

const isNodeClient = ({ spec }: Request): boolean => spec.signerName === KUBELET_CLIENT;

/**
 * Approves requests for nodes' client certificates: of a node for itself (`selfnodeclient`), and of whoever may ask for any node
 * (`nodeclient`). Unlike upstream the latter get no name that is in use: such a request stays pending, for an administrator.
 */
export function certificateApprovingController(kinds: { requests: Kind<Request>; nodes: Kind<Node> }, reserved: ReservedNames): ControllerDefinition {
  const isOpen = (request: Live<Request>) => isNodeClient(request) && isUndecided(request) && !request.status?.certificate;
  return {
    name: 'certificatesigningrequest-approving-controller',
    component: 'certificatesigningrequest-approving-controller',
    // One after the other: two requests for one name must not both find it free.
    concurrency: 1,
    setup(env) {
      const requests = env.informers.of(kinds.requests);
      const nodes = env.informers.of(kinds.nodes);
      requests.addIndex(GRANTED, (request) => (isNodeClient(request) && isApproved(request) ? [ALL] : []));
      requests.addIndex(PENDING, (request) => (isOpen(request) ? [ALL] : []));
      const grants = rememberGrants(requests);

      return {
        for: primary(kinds.requests, { when: { create: isOpen, update: isOpen }, priority: 'normal' }),
        // A name is free again when its node is gone.
        watches: [
          watched(kinds.nodes, { when: { delete: true }, map: () => requests.byIndex(PENDING, ALL).map(({ metadata }) => keyOfName(metadata.name)) }),
        ],
        async reconcile(key) {
          const request = requests.get(key);
          if (!request || !isOpen(request)) return DONE;
          const asked = await parsed(request);
          if (kubeletClientFault(asked, request.spec.usages ?? []) !== undefined) return DONE;
          const isSelf = request.spec.username === asked.commonName;
          const tried: string[] = [];
          for (const { subresource, message } of isSelf ? [SELF, OTHER] : [OTHER]) {
            tried.push(subresource);
            if (!(await mayCreate(env.client, request, subresource))) continue;
            if (subresource === OTHER.subresource) {
              const nodeExists = nodes.get(keyOfName(asked.commonName.slice(NODE_PREFIX.length))) !== undefined;
              const found = { nodeExists, approved: await grants.of(asked.commonName), reserved };
              const why = takenName(subjectOf(asked), found, env.clock.now());
              if (why) {
                await hold(env, kinds.requests, request, why);
                return DONE;
              }
            }
            await approve(env, kinds.requests, request, message);
            grants.add(request.metadata.name, asked);
            return DONE;
          }
          throw new Error(`recognized csr ${JSON.stringify(key.name)} as [${tried.join(' ')}] but subject access review was not approved`);
        },
      };
    },
  };
}

const keyOfName = (name: string) => ({ namespace: '', name });

async function mayCreate(client: Client, { spec }: Live<Request>, subresource: string): Promise<boolean> {
  const review: SubjectAccessReview = {
    spec: {
      ...(spec.username ? { user: spec.username } : {}),
      ...(spec.uid ? { uid: spec.uid } : {}),
      ...(spec.groups ? { groups: [...spec.groups] } : {}),
      ...(spec.extra ? { extra: spec.extra } : {}),
      resourceAttributes: { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource, version: '*' },
    },
  };
  const answer: SubjectAccessReview = await client.create(subjectAccessReviews, review);
  return answer.status?.allowed === true;
}

const subjectOf = ({ commonName, publicKey }: CertificateRequest) => ({ commonName, publicKey: Buffer.from(publicKey).toString('base64') });

interface Grants {
  /** Approved requests for a common name. */
  of(commonName: string): Promise<readonly ApprovedRequest[]>;
  /** Notes an approval that the informer does not show yet. */
  add(name: string, asked: CertificateRequest): void;
}

/** Knows the granted names: from the informer, and, until that shows them, those that were granted here. */
function rememberGrants(requests: Informer<Request>): Grants {
  const read = new WeakMap<object, { readonly commonName: string; readonly publicKey: string }>();
  const own = new Map<string, { readonly commonName: string; readonly publicKey: string }>();
  return {
    async of(commonName) {
      const found: ApprovedRequest[] = [];
      for (const request of requests.byIndex(GRANTED, ALL)) {
        const subject = read.get(request) ?? subjectOf(await parsed(request));
        read.set(request, subject);
        own.delete(request.metadata.name);
        if (subject.commonName === commonName)
          found.push({ name: request.metadata.name, publicKey: subject.publicKey, expires: certificateEnd(request) });
      }
      for (const [name, subject] of own) {
        if (requests.get(keyOfName(name)) === undefined) own.delete(name);
        else if (subject.commonName === commonName) found.push({ name, publicKey: subject.publicKey, expires: undefined });
      }
      return found;
    },
    add: (name, asked) => void own.set(name, subjectOf(asked)),
  };
}
