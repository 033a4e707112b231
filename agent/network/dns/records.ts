import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { indexSlices, serviceOf, slicesOf } from '../cluster/service-slices.ts';

/** The objects that the cluster's names come from. Every look-up goes by a key or an index. */
export interface ClusterRecords {
  readonly ready: Promise<void>;
  service(namespace: string, name: string): Live<Service> | undefined;
  slices(service: Live<Service>): readonly Live<EndpointSlice>[];
  /** Whether any service lives there: a name that has others below it exists. */
  hasServices(namespace: string): boolean;
  servicesAt(clusterIP: string): readonly Live<Service>[];
  /** Endpoints at an address, with the service each belongs to. */
  endpointsAt(address: string): readonly { service: Live<Service>; endpoint: Endpoint }[];
}

const BY_IP = 'cluster-ip';
const BY_ADDRESS = 'address';

/** Made before the informers start, as it declares indexes. */
export function informerRecords(services: Informer<Service>, endpointSlices: Informer<EndpointSlice>): ClusterRecords {
  indexSlices(endpointSlices);
  services.addIndex(BY_IP, (service) => (service.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== ''));
  endpointSlices.addIndex(BY_ADDRESS, (slice) => [...new Set(slice.endpoints?.flatMap(({ addresses }) => addresses))]);
  return {
    ready: Promise.all([services.ready, endpointSlices.ready]).then(() => {}),
    service: (namespace, name) => services.get({ namespace, name }),
    slices: (service) => slicesOf(endpointSlices, keyText(keyOf(service))),
    hasServices: (namespace) => services.list(namespace).length > 0,
    servicesAt: (ip) => services.byIndex(BY_IP, ip),
    endpointsAt: (address) =>
      endpointSlices.byIndex(BY_ADDRESS, address).flatMap((slice) => {
        const [namespace = '', name = ''] = serviceOf(slice)?.split('/') ?? [];
        const service = services.get({ namespace, name });
        if (!service) return [];
        return (slice.endpoints ?? []).filter(({ addresses }) => addresses.includes(address)).map((endpoint) => ({ service, endpoint }));
      }),
  };
}
