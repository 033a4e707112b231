import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText, parseKey } from '../../../api/meta/object.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { internalAddress, podNetworks } from '../cluster/node-networks.ts';
import { indexSlices, serviceOf, slicesOf } from '../cluster/service-slices.ts';

/** A change of a service or its endpoints, of a pod of this node, or of the nodes' networks. */
export type ProxyChange =
  | { readonly type: 'service'; readonly key: string; readonly triggeredAt?: number }
  | { readonly type: 'pod'; readonly key: string }
  | { readonly type: 'nodes' };

/** The objects that the proxy reads. Keys are `namespace/name`. */
export interface ServiceSource {
  readonly ready: Promise<void>;
  services(): Iterable<Live<Service>>;
  service(key: string): Live<Service> | undefined;
  slices(service: string): readonly Live<EndpointSlice>[];
  /** Pods of this node. */
  pods(): Iterable<Live<Pod>>;
  pod(key: string): Live<Pod> | undefined;
  nodes(): readonly Live<Node>[];
  /** Tells of changes after the call, not of what is there. Returns the removal. */
  onChange(listener: (change: ProxyChange) => unknown): () => void;
}

export interface SourceInformers {
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
}

const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The source over informers; made before they start, as it declares an index. `pods` may hold other nodes' pods too. */
export function informerSource(informers: SourceInformers, nodeName: string): ServiceSource {
  const { services, endpointSlices, nodes, pods } = informers;
  indexSlices(endpointSlices);
  const isHere = (pod: Live<Pod>) => pod.spec?.nodeName === nodeName;
  const hasHostPort = (pod: Live<Pod>) => pod.spec?.containers?.some(({ ports }) => ports?.some(({ hostPort }) => hostPort)) ?? false;
  return {
    ready: Promise.all([services.ready, endpointSlices.ready, nodes.ready, pods.ready]).then(() => {}),
    services: () => services.list(),
    service: (key) => services.get(parseKey(key)),
    slices: (service) => slicesOf(endpointSlices, service),
    pods: () => pods.list().filter(isHere),
    pod: (key) => pods.get(parseKey(key)),
    nodes: () => nodes.list(),
    onChange(listener) {
      const service = (object: Live<Service>) => listener({ type: 'service', key: keyText(keyOf(object)) });
      const slice = (object: Live<EndpointSlice>) => {
        const key = serviceOf(object);
        const trigger = Date.parse(object.metadata.annotations?.[TRIGGER_TIME] ?? '');
        if (key !== undefined) listener({ type: 'service', key, triggeredAt: Number.isNaN(trigger) ? undefined : trigger });
      };
      const pod = (object: Live<Pod>) => {
        if (isHere(object) && hasHostPort(object)) listener({ type: 'pod', key: keyText(keyOf(object)) });
      };
      // Objects that are there already are no change: the listener reads them.
      const later =
        <T>(handle: (object: T) => void) =>
        (object: T, initial: boolean) =>
          initial || handle(object);
      const nodeFacts = (node: Live<Node>) => JSON.stringify([podNetworks(node), internalAddress(node), zoneOf(node)]);
      const removals = [
        services.on({ add: later(service), update: service, delete: service }),
        endpointSlices.on({
          add: later(slice),
          update(now, old) {
            slice(now);
            if (serviceOf(old) !== serviceOf(now)) slice(old);
          },
          delete: slice,
        }),
        pods.on({ add: later(pod), update: pod, delete: pod }),
        nodes.on({
          add: later(() => listener({ type: 'nodes' })),
          update: (now, old) => nodeFacts(now) !== nodeFacts(old) && listener({ type: 'nodes' }),
          delete: () => listener({ type: 'nodes' }),
        }),
      ];
      return () => {
        for (const remove of removals) remove();
      };
    },
  };
}

/** The source without services: those of another proxy on this node. Pods keep their host ports, and their way out. */
export const withoutServices = (source: ServiceSource): ServiceSource => ({
  ...source,
  services: () => [],
  service: () => undefined,
  slices: () => [],
  onChange: (listener) => source.onChange((change) => change.type === 'service' || listener(change)),
});

export const zoneOf = (node: Live<Node>): string | undefined => node.metadata.labels?.['topology.kubernetes.io/zone'];
