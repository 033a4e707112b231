import type { CounterSet, Device } from '../../api/kinds/resource/device.ts';
import { deviceId, poolId } from '../../api/kinds/resource/device-id.ts';
import type { ResourceSlice } from '../../api/kinds/resource/resource-slice.ts';
import type { Live } from '../../api/meta/object.ts';

export type Slice = Live<ResourceSlice>;

/** A device in its pool. */
export interface PoolDevice {
  readonly id: string;
  readonly device: Device;
  readonly slice: Slice;
  readonly pool: UsablePool;
}

/** A pool as far as it concerns a node. Devices of the others are never allocated. */
export type Pool =
  | UsablePool
  /** Its driver has not published all slices yet. */
  | { readonly state: 'incomplete'; readonly id: string }
  | { readonly state: 'invalid'; readonly id: string };

export interface UsablePool {
  readonly state: 'usable';
  /** `driver/pool` */
  readonly id: string;
  /** The devices of the slices that are for the node, in the order in which they are tried. */
  readonly devices: readonly PoolDevice[];
  /** By name; empty if the pool has none. */
  readonly counterSets: ReadonlyMap<string, CounterSet>;
  /** Slices that are not for the node: their devices may take from the counters. Empty without counters. */
  readonly otherSlices: readonly Slice[];
  /** Its devices are only tried after those of pools without binding conditions. */
  readonly hasBindingConditions: boolean;
}

export const poolIdOf = ({ driver, pool }: ResourceSlice['spec']): string => poolId(driver, pool.name);

const isCounterSlice = ({ spec }: Slice): boolean => (spec.sharedCounters?.length ?? 0) > 0;
export const byName = (a: Slice, b: Slice): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/**
 * Makes the pool of one generation from its slices (upstream's buildPool).
 * @param relevant the slices that are for the node, and those with counters
 * @param all all slices of the generation
 */
export function buildPool(relevant: readonly Slice[], all: readonly Slice[]): Pool | undefined {
  const sorted = [...relevant].sort(byName);
  const [first] = sorted;
  if (!first) return undefined;
  const id = poolIdOf(first.spec);
  const counterSets = countersOf(sorted.filter(isCounterSlice));
  const deviceSlices = sorted.filter((slice) => !isCounterSlice(slice));
  if (!counterSets || !hasDistinctNames(deviceSlices) || !consumesWhatIsThere(all, counterSets)) return { state: 'invalid', id };
  const devices: PoolDevice[] = [];
  const present = new Set(sorted);
  const pool: UsablePool = {
    state: 'usable',
    id,
    devices,
    counterSets,
    otherSlices: counterSets.size === 0 ? [] : all.filter((slice) => !present.has(slice)),
    hasBindingConditions: deviceSlices.some(({ spec }) => spec.devices?.some(({ bindingConditions }) => bindingConditions !== undefined)),
  };
  for (const slice of deviceSlices) {
    const { driver, pool: named } = slice.spec;
    for (const device of slice.spec.devices ?? []) devices.push({ id: deviceId(driver, named.name, device.name), device, slice, pool });
  }
  return pool;
}

/** Returns undefined if two sets have the same name. */
function countersOf(slices: readonly Slice[]): ReadonlyMap<string, CounterSet> | undefined {
  const sets = new Map<string, CounterSet>();
  for (const { spec } of slices) {
    for (const set of spec.sharedCounters ?? []) {
      if (sets.has(set.name)) return undefined;
      sets.set(set.name, set);
    }
  }
  return sets;
}

function hasDistinctNames(slices: readonly Slice[]): boolean {
  const names = new Set<string>();
  let count = 0;
  for (const { spec } of slices) {
    for (const { name } of spec.devices ?? []) {
      names.add(name);
      count++;
    }
  }
  return names.size === count;
}

/** Whether the devices take only from counters that exist. */
function consumesWhatIsThere(slices: readonly Slice[], sets: ReadonlyMap<string, CounterSet>): boolean {
  return slices.every(({ spec }) =>
    (spec.devices ?? []).every(({ consumesCounters = [] }) =>
      consumesCounters.every(({ counterSet, counters }) => {
        const known = sets.get(counterSet)?.counters;
        return known !== undefined && known !== null && Object.keys(counters ?? {}).every((name) => Object.hasOwn(known, name));
      }),
    ),
  );
}
