import type { Service } from '../../api/kinds/core/service/index.ts';
import type { IPAddress } from '../../api/kinds/networking/ip-address.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { parseIp } from '../../api/validation/ip-rules.ts';
import { canonicalIp } from './address-allocator.ts';
import { hasLabels, isManaged, isOf, isOfService } from './address-object.ts';
import { clusterIpsOf } from './service-fields.ts';

/** The stored state that repair goes by. */
export interface Allocations {
  service(key: ObjectKey): Live<Service> | undefined;
  address(ip: string): Live<IPAddress> | undefined;
  /** Whether one of the ServiceCIDRs holds the address, ready or not. */
  inRange(ip: string): boolean;
}

/** One thing to tell about an object, in upstream's words, and to mend. */
export interface Repair {
  /** The canonical form of the address. */
  readonly ip: string;
  /** Absent if nothing is told. */
  readonly event?: { readonly reason: string; readonly message: string };
  /** `create` makes the IPAddress, `recreate` deletes one before. Absent if nobody but the user can help. */
  readonly action?: 'create' | 'recreate' | 'delete';
}

/**
 * An IPAddress is made before its service is written: it is left alone for this long. (Upstream grants this to services that are created, not
 * to those that are changed: it may delete the IPAddress of a service that just gets its cluster IP.)
 */
export const LEAK_GRACE_MS = 60_000;

/** Returns what is amiss between a service and the IPAddresses of its cluster IPs (upstream's RepairIPAddress.syncService). */
export function repairsOfService(service: Live<Service>, allocations: Allocations): Repair[] {
  return clusterIpsOf(service.spec).flatMap((ip) => repairOfClusterIp(service, ip, allocations) ?? []);
}

function repairOfClusterIp(service: Live<Service>, clusterIp: string, allocations: Allocations): Repair | undefined {
  const parsed = parseIp(clusterIp);
  const ip = canonicalIp(clusterIp);
  const warn = (reason: string, message: string, action?: Repair['action']): Repair => ({
    ip,
    event: { reason, message },
    ...(action && { action }),
  });
  if (!parsed) return warn('ClusterIPNotValid', 'Cluster IP <nil> is not a valid IP; please recreate Service');
  const family = `IPv${parsed.family}`;
  if (!allocations.inRange(ip)) {
    return warn('ClusterIPOutOfRange', `Cluster IP [${family}]: ${ip} is not within any configured Service CIDR; please recreate service`);
  }
  const address = allocations.address(ip);
  if (!address) return warn('ClusterIPNotAllocated', `Cluster IP [${family}]: ${ip} is not allocated; repairing`, 'create');
  const key = keyOf(service);
  const wrong = () =>
    warn(
      'ClusterIPNotAllocated',
      `the ClusterIP [${family}]: ${ip} for Service ${key.namespace}/${key.name} has a wrong reference; repairing`,
      'recreate',
    );
  if (!isOfService(address)) return wrong();
  if (!isOf(address, key)) {
    const { namespace = '', name = '' } = address.spec.parentRef;
    const other = allocations.service({ namespace, name });
    if (!other) return wrong();
    if (clusterIpsOf(other.spec).some((its) => canonicalIp(its) === ip)) {
      return warn('ClusterIPAlreadyAllocated', `Cluster IP [${family}]:${ip} was assigned to multiple services; please recreate service`);
    }
    // The other service does not have it: its own look deletes the IPAddress, and the next one here makes it anew.
  }
  return hasLabels(address) ? undefined : { ip, action: 'recreate' };
}

export type AddressVerdict = Repair | 'fine' | { readonly lookAgainAfterMs: number };

/** Tells whether an IPAddress of the allocator still has its service (upstream's RepairIPAddress.syncIPAddress). */
export function verdictOnAddress(address: Live<IPAddress>, allocations: Allocations, now: number): AddressVerdict {
  if (!isManaged(address)) return 'fine';
  const { name: ip } = address.metadata;
  const remove = (reason: string, message: string): Repair => ({ ip, event: { reason, message }, action: 'delete' });
  if (!isOfService(address)) {
    const { group = '', resource = '', namespace = '', name = '' } = address.spec.parentRef ?? {};
    const reference = `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}`;
    return remove('IPAddressNotAllocated', `IPAddress ${ip} appears to have been modified, not referencing a Service ${reference}: cleaning up`);
  }
  const { namespace = '', name = '' } = address.spec.parentRef;
  const service = allocations.service({ namespace, name });
  if (clusterIpsOf(service?.spec).some((its) => canonicalIp(its) === ip)) return 'fine';
  const age = now - Date.parse(address.metadata.creationTimestamp);
  if (age <= LEAK_GRACE_MS) return { lookAgainAfterMs: LEAK_GRACE_MS - age + 1 };
  if (!service) return remove('IPAddressNotAllocated', `IPAddress: ${ip} for Service ${namespace}/${name} appears to have leaked: cleaning up`);
  return remove('IPAddressWrongReference', `IPAddress: ${ip} for Service ${namespace}/${name} has a wrong reference; cleaning up`);
}
