import type { IPAddress } from '../../../api/kinds/networking/ip-address.ts';
import { MANAGED_BY_LABEL } from '../../../api/kinds/networking/ip-address.ts';
import type { ServiceCIDR } from '../../../api/kinds/networking/service-cidr.ts';
import { SERVICE_CIDR_FINALIZER, SERVICE_CIDR_READY } from '../../../api/kinds/networking/service-cidr.ts';
import type { Live } from '../../../api/meta/object.ts';
import { containsNetwork, holdAddress, networksOf, overlaps } from '../../../api/validation/ip-ranges.ts';

/** The addresses that block a ServiceCIDR are those that the API server's allocator gave out. */
const ALLOCATOR = 'ipallocator.k8s.io';
/** The API servers' allocators must have seen the deletion before the last look: no address is given out of the ranges any more then. */
const DELETION_GRACE_MS = 10_000;

const READY_MESSAGE = 'Kubernetes Service CIDR is ready';
const BLOCKED_MESSAGE = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';

export interface Observed {
  readonly object: Live<ServiceCIDR>;
  /** All of them, the object too. */
  readonly serviceCidrs: readonly Live<ServiceCIDR>[];
  /** Lists the addresses; asked only if it matters. */
  readonly addresses: () => readonly Live<IPAddress>[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Action =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'prepare'; readonly addFinalizer: boolean; readonly condition: ReadyCondition | undefined }
  | { readonly kind: 'block'; readonly condition: ReadyCondition | undefined }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'let go' };

export interface ReadyCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const isManaged = (address: Live<IPAddress>): boolean => address.metadata.labels?.[MANAGED_BY_LABEL] === ALLOCATOR;

export const holds = ({ spec }: Live<ServiceCIDR>, ip: string): boolean => holdAddress(spec?.cidrs, ip);

/** Whether ranges of two ServiceCIDRs overlap. */
export function overlap(a: Live<ServiceCIDR>, b: Live<ServiceCIDR>): boolean {
  const others = networksOf(b.spec?.cidrs);
  return networksOf(a.spec?.cidrs).some((network) => others.some((other) => overlaps(network, other)));
}

/** Whether each range of a ServiceCIDR belongs to a range of another one, so that no address is orphaned without it. */
function isCovered(object: Live<ServiceCIDR>, serviceCidrs: readonly Live<ServiceCIDR>[]): boolean {
  const others = serviceCidrs.filter((other) => other.metadata.name !== object.metadata.name).flatMap(({ spec }) => networksOf(spec?.cidrs));
  return networksOf(object.spec?.cidrs).every((network) => others.some((other) => containsNetwork(other, network)));
}

function isNeeded({ object, serviceCidrs, addresses }: Observed): boolean {
  if (isCovered(object, serviceCidrs)) return false;
  const others = serviceCidrs.filter((other) => other.metadata.name !== object.metadata.name);
  return addresses().some((address) => {
    const { name } = address.metadata;
    return isManaged(address) && holds(object, name) && !others.some((other) => holds(other, name));
  });
}

/** Returns the condition unless the object has it. */
function missing({ status }: Live<ServiceCIDR>, condition: ReadyCondition): ReadyCondition | undefined {
  const there = status?.conditions?.find(({ type }) => type === condition.type);
  const isSame = there?.status === condition.status && there.reason === condition.reason && there.message === condition.message;
  return isSame ? undefined : condition;
}

/** Decides what becomes of a ServiceCIDR (upstream's pkg/controller/servicecidrs). */
export function plan(observed: Observed): Action {
  const { object, now } = observed;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const hasFinalizer = finalizers.includes(SERVICE_CIDR_FINALIZER);
  if (deletionTimestamp === undefined) {
    const condition = missing(object, { type: SERVICE_CIDR_READY, status: 'True', reason: '', message: READY_MESSAGE });
    return hasFinalizer && !condition ? { kind: 'nothing' } : { kind: 'prepare', addFinalizer: !hasFinalizer, condition };
  }
  if (isNeeded(observed)) {
    return {
      kind: 'block',
      condition: missing(object, { type: SERVICE_CIDR_READY, status: 'False', reason: 'Terminating', message: BLOCKED_MESSAGE }),
    };
  }
  const left = DELETION_GRACE_MS - (now - Date.parse(deletionTimestamp));
  if (left > 0) return { kind: 'wait', ms: left };
  return hasFinalizer ? { kind: 'let go' } : { kind: 'nothing' };
}
