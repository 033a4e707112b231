import type { Kind } from '../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { IpAddress } from '../../../api/validation/ip-rules.ts';
import { parseCidr } from '../../../api/validation/ip-rules.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { approve, hold } from '../certificates/decide.ts';
import { kubeletServingFault, NODE_PREFIX, NODES } from '../certificates/kubelet-requests.ts';
import { KUBELET_SERVING } from '../certificates/signers.ts';
import { isUndecided, parsed } from '../certificates/state.ts';
import type { ForeignNames } from './own-names.ts';
import { canonical, foreignName } from './own-names.ts';

type Request = CertificateSigningRequest;

export interface ServingKinds {
  readonly requests: Kind<Request>;
  readonly nodes: Kind<Node>;
  readonly services: Kind<Service>;
}

const BY_NODE = 'serving requests by node';
const BY_NAME = 'names and addresses';
const BY_IP = 'service addresses';

/**
 * Approves requests of nodes for serving certificates whose names and addresses are their own. Upstream leaves these to the administrator.
 * `reserved`: names and addresses of the API server, which no node gets.
 */
export function kubeletServingApprovingController(kinds: ServingKinds, reserved: readonly string[]): ControllerDefinition {
  const isOpen = (request: Live<Request>) => request.spec.signerName === KUBELET_SERVING && isUndecided(request) && !request.status?.certificate;
  const nodeOf = ({ spec }: Request) => (spec.username?.startsWith(NODE_PREFIX) ? spec.username.slice(NODE_PREFIX.length) : undefined);
  const apiServer = new Set(reserved.map(canonical));
  return {
    name: 'kubelet-serving-approving-controller',
    component: 'kubelet-serving-approving-controller',
    concurrency: 1,
    setup(env) {
      const requests = env.informers.of(kinds.requests);
      const nodes = env.informers.of(kinds.nodes);
      const foreign = foreignNames(apiServer, nodes, env.informers.of(kinds.services));
      requests.addIndex(BY_NODE, (request) => (isOpen(request) ? [nodeOf(request) ?? ''] : []));
      return {
        for: primary(kinds.requests, { when: { create: isOpen, update: isOpen }, priority: 'normal' }),
        // A node asks as soon as it starts, perhaps before its addresses are known.
        watches: [
          watched(kinds.nodes, {
            when: { create: true, update: (node, old) => node.status?.addresses !== old.status?.addresses },
            map: ({ metadata }) => requests.byIndex(BY_NODE, metadata.name).map((request) => ({ namespace: '', name: request.metadata.name })),
          }),
        ],
        needs: [env.informers.of(kinds.services)],
        async reconcile(key) {
          const request = requests.get(key);
          const name = request && nodeOf(request);
          if (!request || name === undefined || !isOpen(request)) return DONE;
          // As upstream: a user speaks for a node by its name and the nodes' group.
          if (!request.spec.groups?.includes(NODES)) return DONE;
          const asked = await parsed(request);
          if (asked.commonName !== request.spec.username || kubeletServingFault(asked, request.spec.usages ?? []) !== undefined) return DONE;
          const node = nodes.get({ namespace: '', name });
          // The node's registration wakes the request again.
          if (!node) return DONE;
          const why = foreignName(node, asked.altNames, foreign);
          if (why) await hold(env, kinds.requests, request, why);
          else
            await approve(env, kinds.requests, request, 'Auto approving kubelet serving certificate: its names and addresses are those of the node.');
          return DONE;
        },
      };
    },
  };
}

function foreignNames(apiServer: ReadonlySet<string>, nodes: Informer<Node>, services: Informer<Service>): ForeignNames {
  nodes.addIndex(BY_NAME, ({ metadata, status }) => [metadata.name, ...(status?.addresses ?? []).map(({ address }) => address)].map(canonical));
  services.addIndex(BY_IP, ({ spec, status }) =>
    [
      ...(spec?.clusterIPs ?? []),
      ...(spec?.externalIPs ?? []),
      ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip])),
    ].map(canonical),
  );
  return {
    isApiServers: (value) => apiServer.has(value),
    isInside: (ip) => services.byIndex(BY_IP, ip.bytes.join('.')).length > 0 || nodes.list().some((node) => isPodAddress(node, ip)),
    ownerOf: (value, asking) => nodes.byIndex(BY_NAME, value).find(({ metadata }) => metadata.name !== asking)?.metadata.name,
  };
}

const isPodAddress = ({ spec }: Node, ip: IpAddress): boolean =>
  (spec?.podCIDRs ?? []).some((range) => {
    const network = parseCidr(range);
    return (
      network?.address.family === ip.family &&
      ip.bytes.every((byte, index) => sharesPrefix(byte, network.address.bytes[index] ?? 0, network.bits - 8 * index))
    );
  });

/** Whether two bytes are equal in their first `bits` bits. */
function sharesPrefix(a: number, b: number, bits: number): boolean {
  const mask = bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255;
  return (a & mask) === (b & mask);
}
