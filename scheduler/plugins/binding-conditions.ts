import type { AllocatedDeviceStatus, DeviceRequestAllocationResult } from '../../api/kinds/resource/allocation.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import type { Live } from '../../api/meta/object.ts';

/** Whether the devices of a claim are ready for the pod to be bound: by their binding conditions. `failed` says why in upstream's words. */
export type BindingState = { readonly type: 'ready' | 'waiting' } | { readonly type: 'failed'; readonly message: string };

const resultsOf = ({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] => status?.allocation?.devices?.results ?? [];
const waitsFor = ({ bindingConditions }: DeviceRequestAllocationResult): boolean => (bindingConditions?.length ?? 0) > 0;

export const hasBindingConditions = (claim: ResourceClaim): boolean => resultsOf(claim).some(waitsFor);

/** The driver of each device of a claim. */
export const driversOf = (claim: ResourceClaim): readonly string[] => resultsOf(claim).map(({ driver }) => driver);

/** The driver of each device of a claim that has binding conditions. */
export const awaitedDriversOf = (claim: ResourceClaim): readonly string[] =>
  resultsOf(claim)
    .filter(waitsFor)
    .map(({ driver }) => driver);

const isTrue = ({ conditions }: AllocatedDeviceStatus, wanted: string): boolean =>
  conditions?.some(({ type, status }) => type === wanted && status === 'True') ?? false;

export function bindingState(claim: Live<ResourceClaim>): BindingState {
  if (!claim.status?.allocation) return { type: 'waiting' };
  for (const result of resultsOf(claim).filter(waitsFor)) {
    const { driver, pool, device, bindingConditions = [], bindingFailureConditions = [] } = result;
    const state = claim.status.devices?.find((each) => each.driver === driver && each.pool === pool && each.device === device);
    if (!state) return { type: 'waiting' };
    const failure = state.conditions?.find(({ type, status }) => status === 'True' && bindingFailureConditions.includes(type));
    if (failure) {
      const { reason, message } = failure;
      const why = `claim=${claim.metadata.name}, reason=${reason}, message=${JSON.stringify(message)}`;
      return { type: 'failed', message: `device binding failed: ${why}` };
    }
    if (!bindingConditions.every((condition) => isTrue(state, condition))) return { type: 'waiting' };
  }
  return { type: 'ready' };
}

/** Whether the devices of a claim had time enough for their conditions. `now` is in milliseconds since the epoch. */
export function isBindingOverdue(claim: ResourceClaim, timeoutMs: number, now: number): boolean {
  const { allocationTimestamp } = claim.status?.allocation ?? {};
  if (allocationTimestamp === undefined || !resultsOf(claim).some(({ bindingConditions }) => bindingConditions !== undefined)) return false;
  return Date.parse(allocationTimestamp) + timeoutMs < now;
}
