import type { Availability } from '../../api/kinds/apiregistration/index.ts';
import type { Service } from '../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { Claim } from './claims.ts';

const unavailable = (reason: string, message: string): Availability => ({ status: 'False', reason, message });

export const PASSED: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** Returns the availability of a server whose discovery did not answer. */
export const failedDiscovery = (why: string): Availability => unavailable('FailedDiscoveryCheck', why);

/** Whether a slice has a ready endpoint, and the port. An endpoint that says nothing of it is ready. */
const isActive = ({ endpoints = [], ports = [] }: EndpointSlice, portName: string): boolean =>
  (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
  (ports ?? []).some(({ name, port }) => (name ?? '') === portName && port !== undefined);

/**
 * Returns why the service of a claim cannot lead to a server; undefined if it can, and the server is to be asked. `slices` are those of the
 * service (k8s.io/kube-aggregator/pkg/controllers/status/remote).
 */
export function serviceFault(
  { service: { namespace, name, port } }: Claim,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Availability | undefined {
  const what = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return unavailable('ServiceNotFound', `${what} is not present`);
  if (service.spec?.type !== 'ClusterIP') return undefined;
  const found = service.spec.ports?.find((one) => one.port === port);
  if (!found) return unavailable('ServicePortError', `${what} is not listening on port ${port}`);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${what}`);
  const portName = found.name ?? '';
  if (slices.some((slice) => isActive(slice, portName))) return undefined;
  return unavailable('MissingEndpoints', `endpointslices for ${what} have no addresses with port name ${JSON.stringify(portName)}`);
}
