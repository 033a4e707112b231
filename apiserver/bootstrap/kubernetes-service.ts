import type { Kind } from '../../api/definition/kind.ts';
import type { Endpoints } from '../../api/kinds/core/endpoints.ts';
import { endpoints } from '../../api/kinds/core/endpoints.ts';
import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isConflict } from '../../api/meta/status-error.ts';
import { equalJson } from '../../base/json.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ensureObject } from './cluster-objects.ts';

/** The addresses at which pods reach the API servers. */
export interface Advertised {
  readonly addresses: readonly string[];
  readonly port: number;
}

const KEY = { namespace: 'default', name: 'kubernetes' };
const LABELS = { component: 'apiserver', provider: 'kubernetes' };

const serviceObject = (clusterIp: string, port: number): Service => ({
  metadata: { ...KEY, labels: LABELS },
  spec: {
    type: 'ClusterIP',
    clusterIP: clusterIp,
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
  },
});

/** The mirroring controller leaves these alone: the slice below is made here. */
const endpointsObject = ({ addresses, port }: Advertised): Endpoints => ({
  metadata: { ...KEY, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
});

const sliceObject = ({ addresses, port }: Advertised): EndpointSlice => ({
  metadata: { ...KEY, labels: { 'kubernetes.io/service-name': KEY.name } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: 'https', port, protocol: 'TCP' }],
});

async function ensureSame<T extends KubeObject>(
  client: Client,
  objects: StorageAccess,
  kind: Kind<T>,
  wanted: T,
  contentOf: (object: T) => unknown,
): Promise<void> {
  const there = objects.get(kind, KEY);
  if (!there) return ensureObject(client, objects, kind, wanted);
  if (equalJson(contentOf(there), contentOf(wanted))) return;
  try {
    await client.update(kind, { ...wanted, metadata: { ...there.metadata, ...wanted.metadata } });
  } catch (error) {
    // Another server was faster: the next pass looks again.
    if (!isConflict(error)) throw error;
  }
}

/** Makes the service `kubernetes` point to the API servers: the service at the first address of its range, its endpoints and slice. */
export async function ensureKubernetesService(client: Client, objects: StorageAccess, clusterIp: string, advertised: Advertised): Promise<void> {
  await ensureObject(client, objects, services, serviceObject(clusterIp, advertised.port));
  const sorted = { ...advertised, addresses: [...advertised.addresses].sort() };
  if (sorted.addresses.length === 0) return;
  const addressesOf = ({ subsets = [] }: Endpoints) =>
    subsets.map((subset) => [subset.addresses?.map(({ ip }) => ip), subset.ports?.map((port) => port.port)]);
  await ensureSame(client, objects, endpoints, endpointsObject(sorted), addressesOf);
  const endpointsOf = (slice: EndpointSlice) => [slice.endpoints?.map((endpoint) => endpoint.addresses), slice.ports?.map((port) => port.port)];
  await ensureSame(client, objects, endpointSlices, sliceObject(sorted), endpointsOf);
}
