import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Random } from '../../base/random.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Resolves a service to an address for the server's own calls. Throws an error with upstream's text if there is none
 * (k8s.io/apiserver/pkg/util/proxy).
 */
export type ServiceResolver = (service: ServiceReference) => ServiceEndpoint;

const NAME_LABEL = 'kubernetes.io/service-name';

function serviceOf(objects: Pick<StorageAccess, 'get'>, { namespace, name }: ServiceReference): Service {
  const service = objects.get(services, { namespace, name });
  if (!service) throw errors.notFound({ group: '', plural: 'service', kind: 'Service' }, name);
  return service;
}

function portOf({ spec, metadata }: Service, port: number) {
  const found = spec?.ports?.find((one) => one.port === port);
  if (!found) throw errors.serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(metadata?.name)}`);
  return found;
}

const external = (service: Service, port: number): ServiceEndpoint | undefined =>
  service.spec?.type === 'ExternalName' ? { host: service.spec.externalName ?? '', port } : undefined;

/**
 * Chooses one of the ready endpoints of a service: that reaches a pod from wherever pods are reached, whether or not this machine knows
 * cluster addresses. A service with an external name is called by it.
 */
export function endpointResolver(objects: Pick<StorageAccess, 'get' | 'list'>, random: Random): ServiceResolver {
  return (reference) => {
    const service = serviceOf(objects, reference);
    const outside = external(service, reference.port);
    if (outside) return outside;
    const { name = '' } = portOf(service, reference.port);
    const slices = objects.list(endpointSlices, reference.namespace).filter(({ metadata }) => metadata.labels?.[NAME_LABEL] === reference.name);
    const ready = slices.flatMap((slice) => {
      const port = slice.ports?.find((one) => (one.name ?? '') === name)?.port;
      if (port === undefined) return [];
      const endpoints = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
      return endpoints.flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port })));
    });
    const chosen = ready[Math.floor(random() * ready.length)];
    if (!chosen) throw errors.serviceUnavailable(`no endpoints available for service ${JSON.stringify(reference.name)}`);
    return chosen;
  };
}

/** Returns the cluster address of a service; one with an external name is called by it. */
export function clusterAddressResolver(objects: Pick<StorageAccess, 'get'>): ServiceResolver {
  return (reference) => {
    const service = serviceOf(objects, reference);
    const outside = external(service, reference.port);
    if (outside) return outside;
    const { clusterIP = '' } = service.spec ?? {};
    if (clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
    return { host: clusterIP, port: portOf(service, reference.port).port };
  };
}
