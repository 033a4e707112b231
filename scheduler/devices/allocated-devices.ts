import type { AllocationResult, DeviceRequestAllocationResult } from '../../api/kinds/resource/allocation.ts';
import { deviceId } from '../../api/kinds/resource/device-id.ts';
import { entriesOf } from '../../base/json.ts';
import type { Amounts } from './amounts.ts';
import { addAmounts, nanosOf } from './amounts.ts';

/** The devices that claims have, by identifier. Those for an administrator's use do not count. */
export interface AllocatedDevices {
  /** Whether one claim has the device for itself. */
  isTaken(id: string): boolean;
  /** Whether claims have shares of the device. */
  isShared(id: string): boolean;
  /** The capacity that all shares of the device take together. */
  consumed(id: string): Amounts | undefined;
}

/** Keeps count of the devices of each claim. A change costs as much as the claim has devices. */
export interface AllocationLedger extends AllocatedDevices {
  /** Records the allocation of a claim, by its UID, in the place of an earlier one. */
  record(uid: string, allocation: AllocationResult | undefined): void;
}

interface Shares {
  count: number;
  readonly consumed: Map<string, bigint>;
}

export function createAllocationLedger(): AllocationLedger {
  const allocations = new Map<string, AllocationResult>();
  const taken = new Map<string, number>();
  const shared = new Map<string, Shares>();

  const countTaken = (id: string, sign: 1 | -1) => {
    const count = (taken.get(id) ?? 0) + sign;
    if (count > 0) taken.set(id, count);
    else taken.delete(id);
  };
  const countShare = (id: string, { consumedCapacity }: DeviceRequestAllocationResult, sign: 1 | -1) => {
    const shares = shared.get(id) ?? { count: 0, consumed: new Map() };
    shares.count += sign;
    addAmounts(shares.consumed, amountsOf(consumedCapacity), sign > 0 ? 1n : -1n);
    if (shares.count > 0) shared.set(id, shares);
    else shared.delete(id);
  };
  const count = ({ devices }: AllocationResult, sign: 1 | -1) => {
    for (const result of devices?.results ?? []) {
      if (result.adminAccess) continue;
      const id = deviceId(result.driver, result.pool, result.device);
      if (result.shareID === undefined) countTaken(id, sign);
      else countShare(id, result, sign);
    }
  };

  return {
    record(uid, allocation) {
      const before = allocations.get(uid);
      if (before === allocation) return;
      if (before) count(before, -1);
      if (allocation) {
        allocations.set(uid, allocation);
        count(allocation, 1);
      } else allocations.delete(uid);
    },
    isTaken: (id) => taken.has(id),
    isShared: (id) => shared.has(id),
    consumed: (id) => shared.get(id)?.consumed,
  };
}

const amountsOf = (quantities: Readonly<Record<string, string>> | undefined): Amounts =>
  new Map(Array.from(entriesOf(quantities), ([name, text]) => [name, nanosOf(text)]));
