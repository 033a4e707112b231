import { own, setOwn } from '../../base/json.ts';
import type { QuotaDevices } from '../definition/quota-rule.ts';
import type { ResourceQuota } from '../kinds/core/resource-quota.ts';
import type { KubeObject, Live } from '../meta/object.ts';
import { addQuantities, compareQuantities, subtractQuantities } from '../schema/quantity.ts';
import type { ResourceList } from '../schema/resource-list.ts';
import { copyOf } from '../schema/resource-list.ts';
import type { CountedKind } from './usage.ts';
import { matchesScopes, quotaResourcesFor, usageOf } from './usage.ts';

/** The reason why a charge does not fit: the resources that would exceed the quota, with the amounts asked, used and allowed. */
export interface Excess {
  readonly quota: string;
  readonly names: readonly string[];
  readonly delta: ResourceList;
  readonly used: ResourceList;
  readonly hard: ResourceList;
}

const positive = (quantity: string): boolean => compareQuantities(quantity, '0') > 0;
const atLeastZero = (quantity: string): string => (compareQuantities(quantity, '0') < 0 ? '0' : quantity);

/** Returns the amounts with the opposite sign. */
export const negated = (list: ResourceList): Record<string, string> =>
  Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, quantity.startsWith('-') ? quantity.slice(1) : `-${quantity}`]));

/** Adds `delta` to `used`; what it changes does not fall below zero. */
export function charge(used: Record<string, string>, delta: ResourceList): void {
  for (const [name, quantity] of Object.entries(delta)) {
    const there = own(used, name);
    setOwn(used, name, atLeastZero(there === undefined ? quantity : addQuantities(there, quantity)));
  }
}

/** Returns `used` with `delta` added, as `charge` does. */
export function charged(used: ResourceList, delta: ResourceList): Record<string, string> {
  const sum = copyOf(used);
  charge(sum, delta);
  return sum;
}

/** Whether a write takes more of something. Only such a write is charged: what others give back is counted. */
export const rises = (delta: ResourceList): boolean => Object.values(delta).some(positive);

/** Whether updates by way of a subresource (empty: of the object itself) may be charged. */
export const chargesUpdates = ({ quota }: CountedKind, subresource: string): boolean =>
  quota?.updates !== undefined && (subresource === '' || quota.updates.subresources?.includes(subresource) === true);

/** Whether a write is charged, which is one that creates if there is no old object. */
export const isCharged = ({ quota }: CountedKind, object: KubeObject, old: KubeObject | undefined, subresource: string): boolean =>
  old === undefined || quota?.updates?.isCharged?.(object, old, subresource) !== false;

/** Whether a write is charged without regard to the limits: a status tells what is so already. */
export const mayExceed = (subresource: string): boolean => subresource === 'status';

/** Returns the usage that a write adds under a quota: all of a new object's, the difference of a changed one's. */
export function deltaOf(
  kind: CountedKind,
  object: KubeObject,
  old: KubeObject | undefined,
  quota: Live<ResourceQuota>,
  now: number,
  devices?: QuotaDevices,
): Record<string, string> {
  const names = new Set(quotaResourcesFor(kind, quota.status?.hard ?? {}, devices));
  const after = usageOf(kind, object, now, names, devices);
  const before = old && matchesScopes(quota.spec ?? {}, kind, old) ? usageOf(kind, old, now, names, devices) : {};
  const delta: Record<string, string> = {};
  for (const name of names) {
    if (after[name] === before[name]) continue;
    const difference = subtractQuantities(after[name] ?? '0', before[name] ?? '0');
    if (compareQuantities(difference, '0') !== 0) delta[name] = difference;
  }
  return delta;
}

/** Returns the reason why a delta does not fit on top of `used`; undefined if it does. */
export function excessOf(quota: Live<ResourceQuota>, used: ResourceList, delta: ResourceList): Excess | undefined {
  const hard = quota.status?.hard ?? {};
  const over = Object.entries(delta).filter(
    ([name, quantity]) =>
      positive(quantity) && hard[name] !== undefined && compareQuantities(addQuantities(used[name] ?? '0', quantity), hard[name]) > 0,
  );
  if (over.length === 0) return undefined;
  return { quota: quota.metadata.name, names: over.map(([name]) => name).sort(), delta, used, hard };
}

const listText = (names: readonly string[], list: ResourceList): string => names.map((name) => `${name}=${list[name] ?? '0'}`).join(',');

/** Returns a refusal in upstream's words (pkg/controller/resourcequota, checkRequest of the admission plugin). */
export function excessText({ quota, names, delta, used, hard }: Excess): string {
  return `exceeded quota: ${quota}, requested: ${listText(names, delta)}, used: ${listText(names, used)}, limited: ${listText(names, hard)}`;
}

/**
 * Returns the reason to refuse an object that a quota covers, whatever its amount: it does not name what the quota limits, or the quota has not
 * been counted yet. Undefined if there is none.
 */
export function constraintFault(kind: CountedKind, object: KubeObject, quota: Live<ResourceQuota>, devices?: QuotaDevices): string | undefined {
  const covered = quotaResourcesFor(kind, quota.status?.hard ?? {}, devices);
  const refusal = kind.quota?.refusal?.(object, covered);
  if (refusal !== undefined) return `failed quota: ${quota.metadata.name}: ${refusal}`;
  if (covered.every((name) => quota.status?.used?.[name] !== undefined)) return undefined;
  return `status unknown for quota: ${quota.metadata.name}, resources: ${covered.sort().join(',')}`;
}
