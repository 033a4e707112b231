import type { DeviceCounterConsumption } from '../../api/kinds/resource/device.ts';
import { deviceId } from '../../api/kinds/resource/device-id.ts';
import { entriesOf } from '../../base/json.ts';
import type { AllocatedDevices } from './allocated-devices.ts';
import { nanosOf } from './amounts.ts';
import type { PoolDevice, UsablePool } from './pool.ts';

/** Amounts in billionths by set and counter. */
type Counts = Map<string, Map<string, bigint>>;

/** The counters of pools that are left for one allocation (partitionable devices). */
export interface CounterBook {
  /** Takes what a device consumes. Returns false, and takes nothing, if too little is left. */
  take(device: PoolDevice): boolean;
  giveBack(device: PoolDevice): void;
}

/** Knows what the allocated devices leave of each pool's counters. They are counted once per pool. */
export interface CounterStock {
  open(): CounterBook;
}

export function createCounterStock(allocated: AllocatedDevices): CounterStock {
  const left = new Map<string, Counts>();
  const leftIn = (pool: UsablePool): Counts => {
    let counts = left.get(pool.id);
    if (!counts) {
      counts = unallocated(pool, allocated);
      left.set(pool.id, counts);
    }
    return counts;
  };
  return {
    open() {
      const taken = new Map<string, Counts>();
      const takenIn = (pool: UsablePool): Counts => {
        let counts = taken.get(pool.id);
        if (!counts) {
          counts = new Map();
          taken.set(pool.id, counts);
        }
        return counts;
      };
      const giveBack = ({ device, pool }: PoolDevice) => count(takenIn(pool), device.consumesCounters, -1n);
      return {
        take(device) {
          const counts = takenIn(device.pool);
          count(counts, device.device.consumesCounters, 1n);
          if (covers(leftIn(device.pool), counts)) return true;
          giveBack(device);
          return false;
        },
        giveBack,
      };
    },
  };
}

function count(counts: Counts, consumptions: readonly DeviceCounterConsumption[] | undefined, sign: 1n | -1n): void {
  for (const { counterSet, counters } of consumptions ?? []) {
    let set = counts.get(counterSet);
    if (!set) {
      set = new Map();
      counts.set(counterSet, set);
    }
    for (const [name, { value }] of entriesOf(counters)) set.set(name, (set.get(name) ?? 0n) + sign * nanosOf(value));
  }
}

/** Whether every counter of the pool is left to that amount. A counter below nothing, on which drivers have gone back, covers nothing. */
function covers(left: Counts, taken: Counts): boolean {
  for (const [name, set] of left) for (const [counter, amount] of set) if (amount < (taken.get(name)?.get(counter) ?? 0n)) return false;
  return true;
}

function unallocated({ counterSets, devices, otherSlices }: UsablePool, allocated: AllocatedDevices): Counts {
  const counts: Counts = new Map();
  for (const { name, counters } of counterSets.values()) {
    counts.set(name, new Map(Array.from(entriesOf(counters), ([counter, { value }]) => [counter, nanosOf(value)])));
  }
  const isAllocated = (id: string) => allocated.isTaken(id) || allocated.isShared(id);
  for (const { id, device } of devices) if (device.consumesCounters && isAllocated(id)) count(counts, device.consumesCounters, -1n);
  for (const { spec } of otherSlices) {
    for (const { name, consumesCounters } of spec.devices ?? []) {
      if (consumesCounters && isAllocated(deviceId(spec.driver, spec.pool.name, name))) count(counts, consumesCounters, -1n);
    }
  }
  return counts;
}
