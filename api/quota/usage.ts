import type { Kind, KindDefinition } from '../definition/kind.ts';
import type { QuotaDevices, ScopeRequirement } from '../definition/quota-rule.ts';
import type { ResourceQuotaSpec } from '../kinds/core/resource-quota.ts';
import type { KubeObject } from '../meta/object.ts';
import type { Quantity } from '../schema/quantity.ts';
import { parseQuantity, quantityText } from '../schema/quantity.ts';
import type { ResourceList } from '../schema/resource-list.ts';

/** The identity of a kind, with the rule by which quotas count it. A kind without a rule is counted by number alone. */
export type CountedKind = Pick<Kind, 'group' | 'plural'> & Pick<KindDefinition, 'quota'>;

const countOf = ({ group, plural }: CountedKind): string => (group === '' ? `count/${plural}` : `count/${plural}.${group}`);

/** Returns those of a quota's resources (the keys of `hard`) that objects of this kind are charged to. */
export function quotaResourcesFor(kind: CountedKind, hard: ResourceList, devices?: QuotaDevices): string[] {
  const count = countOf(kind);
  const rule = kind.quota;
  if (!rule) return Object.hasOwn(hard, count) ? [count] : [];
  return Object.keys(hard).filter((name) => name === count || rule.covers(name, devices));
}

/**
 * Returns the amount that one object takes of every resource that its kind is charged to, or of `resources` at least.
 * @param now milliseconds since the epoch: a pod past its deletion grace period no longer counts
 */
export const usageOf = (
  kind: CountedKind,
  object: KubeObject,
  now: number,
  resources?: ReadonlySet<string>,
  devices?: QuotaDevices,
): ResourceList => ({
  [countOf(kind)]: '1',
  ...kind.quota?.usage(object, now, resources, devices),
});

/** The scopes of a quota, `scopes` and `scopeSelector` together; a bare scope asks that it exists. */
function scopesOf(quota: ResourceQuotaSpec): ScopeRequirement[] {
  return [...(quota.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(quota.scopeSelector?.matchExpressions ?? [])];
}

/** Returns whether an object is within a quota's scopes. A quota with scopes covers only kinds that have scopes. */
export function matchesScopes(quota: ResourceQuotaSpec, kind: CountedKind, object: KubeObject): boolean {
  return scopesOf(quota).every((scope) => kind.quota?.inScope?.(object, scope) ?? false);
}

/** Returns the sum of usages, for the resources that are named; zero if nothing is used. */
export function sumUsage(names: readonly string[], usages: Iterable<ResourceList>): Record<string, string> {
  const parsed = new Map<string, Quantity>(); // Pods of one template have the same few quantities.
  const totals = new Map<string, Quantity>(names.map((name) => [name, { nanos: 0n, format: 'DecimalSI' }]));
  for (const usage of usages) {
    for (const name in usage) {
      const total = totals.get(name);
      const text = usage[name];
      if (total === undefined || text === undefined) continue;
      const quantity = parsed.get(text) ?? parseQuantity(text);
      parsed.set(text, quantity);
      totals.set(name, { nanos: total.nanos + quantity.nanos, format: total.nanos === 0n ? quantity.format : total.format });
    }
  }
  return Object.fromEntries([...totals].map(([name, total]) => [name, quantityText(total)]));
}
