import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { DeviceRequestAllocationResult } from '../../../api/kinds/resource/allocation.ts';
import type { Device, DeviceTaint } from '../../../api/kinds/resource/device.ts';
import { toleratesDeviceTaint } from '../../../api/kinds/resource/device-toleration.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { foreignClaim, isReservedFor, podClaimName } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isTerminal } from '../../_shared/pod-state.ts';

/** A device, by the names under which it is allocated. */
export type DeviceName = Pick<DeviceRequestAllocationResult, 'driver' | 'pool' | 'device'>;

/** The objects that decide about the eviction of a pod. */
export interface EvictionSources {
  claim(name: string): Live<ResourceClaim> | undefined;
  /** Returns the device as its driver publishes it now. */
  device(name: DeviceName): Device | undefined;
}

/** Returns the taints of a device that evict pods. */
export const evictingTaints = ({ taints }: Device): readonly DeviceTaint[] => taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];

/** Returns the earlier of two times; undefined stands for never. */
const earlier = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined || (b !== undefined && b < a) ? b : a);

/** Returns the time at which a taint evicts users of the device, in milliseconds since the epoch; undefined if they tolerate it for ever. */
function taintEviction(taint: DeviceTaint, { tolerations = [] }: DeviceRequestAllocationResult): number | undefined {
  const added = taint.timeAdded === undefined ? 0 : Date.parse(taint.timeAdded);
  let seconds: number | undefined;
  for (const toleration of tolerations) {
    // Upstream lets only tolerations count that name the effect.
    if (toleration.effect !== 'NoExecute' || !toleratesDeviceTaint(toleration, taint)) continue;
    if (toleration.tolerationSeconds === undefined) return undefined;
    const own = Math.max(0, Number(toleration.tolerationSeconds));
    if (seconds === undefined || own < seconds) seconds = own;
  }
  return added + (seconds ?? 0) * 1000;
}

/** Returns the time at which the pods of a claim must go for the taints of its devices; undefined if they may stay. */
export function claimEviction({ status }: Live<ResourceClaim>, deviceOf: EvictionSources['device']): number | undefined {
  let first: number | undefined;
  for (const result of status?.allocation?.devices?.results ?? []) {
    const device = deviceOf(result);
    if (device) for (const taint of evictingTaints(device)) first = earlier(first, taintEviction(taint, result));
  }
  return first;
}

/**
 * Returns the time at which a pod must go, in milliseconds since the epoch; undefined if it may stay. Only pods on nodes are evicted, and only
 * for claims that are reserved for them.
 */
export function podEviction(pod: Live<Pod>, { claim: claimOf, device }: EvictionSources): number | undefined {
  if (!pod.spec?.nodeName || isDeleting(pod) || isTerminal(pod)) return undefined;
  let first: number | undefined;
  for (const entry of pod.spec.resourceClaims ?? []) {
    const known = podClaimName(pod, entry);
    const claim = known.state === 'named' ? claimOf(known.name) : undefined;
    if (known.state !== 'named' || !claim || !isReservedFor(pod, claim)) continue;
    if (known.generated && foreignClaim(pod, claim) !== undefined) continue;
    first = earlier(first, claimEviction(claim, device));
  }
  return first;
}
