import type { NodeStatus } from '../../api/kinds/core/node/index.ts';
import { isHugePages } from '../../api/pod/resources/resource-names.ts';
import { equalJson } from '../../base/json.ts';

type Resources = Readonly<Record<string, unknown>>;

const differs = (a: unknown, b: unknown): boolean => !equalJson(a, b);

/** Returns whether two statuses tell the same of a node: the times of its conditions, and the order of fields, do not count. */
export const sameStatus = (a: NodeStatus | undefined, b: NodeStatus | undefined): boolean => equalJson(withoutTimes(a), withoutTimes(b));

const withoutTimes = (status: NodeStatus | undefined): object => ({
  ...status,
  conditions: status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
});

const changedResources = (before: Resources = {}, after: Resources = {}): Resources =>
  Object.fromEntries(Object.entries(after).filter(([name, quantity]) => differs(before[name], quantity)));

/** Null for each resource that is there and not wanted: it is removed. */
const removedResources = (before: Resources = {}, after: Resources = {}): Resources =>
  Object.fromEntries(Object.keys(before).flatMap((name) => (name in after ? [] : [[name, null] as const])));

/**
 * Returns a strategic merge patch that turns the status which a node has into the wanted one, as kubelet writes it: it names only what differs,
 * so that conditions, capacities and fields that others keep there are left alone. Addresses are replaced as a whole, and what may be allocated
 * follows from the capacity: an extended resource that is gone there may not be allocated any more. Sizes of huge pages that the machine no longer has
 * are removed.
 * (k8s.io/component-helpers/node/util, PatchNodeStatus)
 */
export function nodeStatusPatch(before: NodeStatus | undefined, after: NodeStatus): object {
  const { conditions = [], addresses, capacity, allocatable, ...rest } = after;
  const old = before?.conditions ?? [];
  const status: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => differs(before?.[name as keyof NodeStatus], value)),
  );
  const changed = conditions.filter((condition) =>
    differs(
      old.find(({ type }) => type === condition.type),
      condition,
    ),
  );
  if (changed.length > 0) status.conditions = changed;
  if (addresses && differs(before?.addresses, addresses)) status.addresses = [{ $patch: 'replace' }, ...addresses];
  const lostPages = Object.entries(capacity ? removedResources(before?.capacity, capacity) : {}).filter(([name]) => isHugePages(name));
  const ownCapacity = { ...changedResources(before?.capacity, capacity), ...Object.fromEntries(lostPages) };
  if (Object.keys(ownCapacity).length > 0) status.capacity = ownCapacity;
  const gone = allocatable ? removedResources(before?.allocatable, allocatable) : {};
  const ownAllocatable = { ...changedResources(before?.allocatable, allocatable), ...gone };
  if (Object.keys(ownAllocatable).length > 0) status.allocatable = ownAllocatable;
  return { status };
}
