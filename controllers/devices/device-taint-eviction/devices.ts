import type { Device } from '../../../api/kinds/resource/device.ts';
import { deviceId, poolId } from '../../../api/kinds/resource/device-id.ts';
import type { ResourceClaim, ResourceSlice } from '../../../api/kinds/resource/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { semanticEqual } from '../../../base/equality.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import type { DeviceName } from './plan.ts';
import { evictingTaints } from './plan.ts';

const BY_POOL = 'device-pool';
const BY_DEVICE = 'allocated-device';

const deviceText = ({ driver, pool, device }: DeviceName): string => deviceId(driver, pool, device);

/** Declares the indexes by which devices and the claims that they are allocated to are found. */
export function indexDevices(slices: Informer<ResourceSlice>, claims: Informer<ResourceClaim>): void {
  slices.addIndex(BY_POOL, ({ spec }) => [poolId(spec.driver, spec.pool.name)]);
  claims.addIndex(BY_DEVICE, ({ status }) => [...new Set((status?.allocation?.devices?.results ?? []).map(deviceText))]);
}

/** Returns the slices of a pool that count: those of its latest generation. */
function currentSlices(slices: Informer<ResourceSlice>, driver: string, pool: string): readonly Live<ResourceSlice>[] {
  const all = slices.byIndex(BY_POOL, poolId(driver, pool));
  const latest = Math.max(...all.map(({ spec }) => Number(spec.pool.generation)));
  return all.filter(({ spec }) => Number(spec.pool.generation) === latest);
}

/** Returns a device as its driver publishes it now; undefined if it does not. */
export function findDevice(slices: Informer<ResourceSlice>, { driver, pool, device }: DeviceName): Device | undefined {
  for (const { spec } of currentSlices(slices, driver, pool)) {
    const found = spec.devices?.find(({ name }) => name === device);
    if (found) return found;
  }
  return undefined;
}

const taintsByDevice = (slice: Live<ResourceSlice> | undefined): ReadonlyMap<string, unknown> =>
  new Map(
    (slice?.spec.devices ?? []).flatMap((device) => {
      const taints = evictingTaints(device);
      return taints.length === 0 ? [] : [[device.name, taints]];
    }),
  );

/** Returns the claims to devices whose evicting taints differ after the change of a slice. */
export function claimsAfterChange(
  slices: Informer<ResourceSlice>,
  claims: Informer<ResourceClaim>,
  slice: Live<ResourceSlice>,
  old: Live<ResourceSlice> | undefined,
): readonly Live<ResourceClaim>[] {
  const { driver, pool } = slice.spec;
  const [before, after] = [taintsByDevice(old), taintsByDevice(slice)];
  const names = new Set([...before.keys(), ...after.keys()].filter((name) => !semanticEqual(before.get(name), after.get(name))));
  // Another generation may make other slices count, or not count any more.
  if (old?.spec.pool.generation !== pool.generation) {
    for (const other of slices.byIndex(BY_POOL, poolId(driver, pool.name))) for (const name of taintsByDevice(other).keys()) names.add(name);
  }
  return [...new Set([...names].flatMap((device) => claims.byIndex(BY_DEVICE, deviceText({ driver, pool: pool.name, device }))))];
}
