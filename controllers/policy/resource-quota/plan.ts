import type { ResourceQuota, ResourceQuotaStatus } from '../../../api/kinds/core/resource-quota.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { CountedKind } from '../../../api/quota/usage.ts';
import { matchesScopes, quotaResourcesFor, sumUsage, usageOf } from '../../../api/quota/usage.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';

/** Kinds that some resource of the quota counts. */
export const countedKinds = <K extends CountedKind>(quota: ResourceQuota, kinds: readonly K[]): K[] => {
  const resources = Object.keys(quota.spec?.hard ?? {});
  return kinds.filter((kind) => quotaResourcesFor(kind, resources).length > 0);
};

/** Objects never change, so each is worked out once. What the clock decides (a pod that is being deleted) is not kept. */
const known = new WeakMap<KubeObject, ResourceList>();

/** What an object takes of what quotas count. */
export function usageAt(kind: CountedKind, object: KubeObject, now: number): ResourceList {
  const before = known.get(object);
  if (before) return before;
  const worked = usageOf(kind, object, now);
  if (object.metadata?.deletionTimestamp === undefined) known.set(object, worked);
  return worked;
}

/**
 * The status of a quota as of what its namespace holds.
 * @returns undefined where the status is right as it is
 */
export function planStatus(
  quota: Live<ResourceQuota>,
  counted: readonly { readonly kind: CountedKind; readonly objects: readonly KubeObject[] }[],
  now: number,
): ResourceQuotaStatus | undefined {
  const spec = quota.spec ?? {};
  const hard = spec.hard ?? {};
  // What nothing counts has no place in `used`: a zero would be a claim.
  const charged = new Set(counted.flatMap(({ kind }) => quotaResourcesFor(kind, Object.keys(hard))));
  const usages = counted.flatMap(({ kind, objects }) =>
    objects.filter((object) => matchesScopes(spec, kind, object)).map((object) => usageAt(kind, object, now)),
  );
  const status = { hard: { ...hard }, used: sumUsage(Object.fromEntries(Object.entries(hard).filter(([name]) => charged.has(name))), usages) };
  return semanticallyEqual(quota.status, status) ? undefined : status;
}
