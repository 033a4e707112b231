import type { QuotaDevices } from '../../../api/definition/quota-rule.ts';
import type { ResourceQuota, ResourceQuotaStatus } from '../../../api/kinds/core/resource-quota.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { CountedKind } from '../../../api/quota/usage.ts';
import { matchesScopes, quotaResourcesFor, sumUsage, usageOf } from '../../../api/quota/usage.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { isLong } from '../../../base/json/long-values.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';

/** Returns the kinds that some resource of the quota counts. */
export const countedKinds = <K extends CountedKind>(quota: ResourceQuota, kinds: readonly K[], devices?: QuotaDevices): K[] => {
  const hard = quota.spec?.hard ?? {};
  return kinds.filter((kind) => quotaResourcesFor(kind, hard, devices).length > 0);
};

/** Objects never change, so the usage of each is computed once. Usage that depends on the clock (a terminating pod's) is not kept. */
const known = new WeakMap<KubeObject, ResourceList>();

/** Returns the usage of an object, in the resources that quotas count; of a long one in `resources`, and not kept. */
export function usageAt(kind: CountedKind, object: KubeObject, now: number, resources?: ReadonlySet<string>, devices?: QuotaDevices): ResourceList {
  if (isLong(object) || (devices && kind.quota?.seesDevices)) return usageOf(kind, object, now, resources, devices);
  const before = known.get(object);
  if (before) return before;
  const worked = usageOf(kind, object, now);
  if (object.metadata?.deletionTimestamp === undefined) known.set(object, worked);
  return worked;
}

/** The objects of one kind that a quota may count. */
export interface Counted {
  readonly kind: CountedKind;
  readonly objects: readonly KubeObject[];
}

/**
 * Returns the status of a quota from the objects of its namespace; undefined if the present status is right.
 */
export function planStatus(
  quota: Live<ResourceQuota>,
  counted: readonly Counted[],
  now: number,
  devices?: QuotaDevices,
): ResourceQuotaStatus | undefined {
  const status = countStatus(quota, counted, now, devices);
  return semanticallyEqual(quota.status, status) ? undefined : status;
}

/** Returns the limits of a quota and the usage of the objects of its namespace. */
export function countStatus(
  quota: Live<ResourceQuota>,
  counted: readonly Counted[],
  now: number,
  devices?: QuotaDevices,
): { hard: ResourceList; used: ResourceList } {
  const spec = quota.spec ?? {};
  const hard = spec.hard ?? {};
  // A resource that no kind counts is left out of `used`: a zero would be a claim.
  const charged = new Set(counted.flatMap(({ kind }) => quotaResourcesFor(kind, hard, devices)));
  const usages = counted.flatMap(({ kind, objects }) =>
    objects.filter((object) => matchesScopes(spec, kind, object)).map((object) => usageAt(kind, object, now, charged, devices)),
  );
  return { hard: { ...hard }, used: sumUsage([...charged], usages) };
}
