import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Random } from '../../base/random.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

/** A place to connect to. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * Chooses an endpoint of a Service at random among those that are ready (k8s.io/apiserver/pkg/util/proxy, ResolveEndpoint). The server
 * connects to endpoints, not to the cluster IP: it needs no service proxy on its machine.
 * @throws StatusError NotFound for the Service, ServiceUnavailable if it has no such port or no ready endpoint. Error for a type without endpoints.
 */
export function resolveService(objects: StorageAccess, { namespace, name, port }: ServiceName, random: Random): Endpoint {
  const service = objects.get(services, { namespace, name });
  if (!service) throw errors.notFound({ group: '', plural: 'services', kind: 'Service' }, name);
  const type = service.spec?.type ?? 'ClusterIP';
  if (type === 'ExternalName') return { host: service.spec?.externalName ?? '', port };
  const portName = portNameOf(service, port);
  if (portName === undefined) throw errors.serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const ready = endpointsOf(objects, namespace, name, portName);
  const chosen = ready[Math.floor(random() * ready.length)];
  if (!chosen) throw errors.serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

/** Returns the name of a Service's port, empty if it has none; undefined if there is no such port. */
function portNameOf({ spec }: Service, port: number): string | undefined {
  const found = spec?.ports?.find((one) => one.port === port);
  return found && (found.name ?? '');
}

function endpointsOf(objects: StorageAccess, namespace: string, service: string, portName: string): Endpoint[] {
  const ready: Endpoint[] = [];
  for (const { metadata, ports, endpoints } of objects.list(endpointSlices, namespace)) {
    if (metadata.labels?.[SERVICE_LABEL] !== service) continue;
    const port = ports?.find(({ name }) => (name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions } of endpoints ?? []) {
      const [host] = addresses;
      if (host !== undefined && conditions?.ready !== false) ready.push({ host, port });
    }
  }
  return ready;
}
