import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Taint } from '../../../api/pod/placement/taint.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf } from '../../_shared/conditions.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Condition → status → the taint that keeps new pods away. */
const BY_CONDITION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const OURS = new Set([UNSCHEDULABLE, ...Object.values(BY_CONDITION).flatMap((byStatus) => Object.values(byStatus))]);

const is = (taint: Taint, key: string, effect: string): boolean => taint.key === key && taint.effect === effect;

/**
 * Returns the taints with those of `NoSchedule` set by the conditions and `unschedulable`; taints of others are kept.
 * Returns undefined if nothing changes.
 */
export function planNoSchedule(node: Node, now: number): Taint[] | undefined {
  const wanted = new Set<string>();
  for (const [type, byStatus] of Object.entries(BY_CONDITION)) {
    const key = byStatus[conditionOf(node.status?.conditions, type)?.status ?? ''];
    if (key !== undefined) wanted.add(key);
  }
  if (node.spec?.unschedulable) wanted.add(UNSCHEDULABLE);
  const taints = node.spec?.taints ?? [];
  const kept = taints.filter((taint) => taint.effect !== 'NoSchedule' || !OURS.has(taint.key) || wanted.has(taint.key));
  const added = [...wanted].filter((key) => !kept.some((taint) => is(taint, key, 'NoSchedule')));
  if (added.length === 0 && kept.length === taints.length) return undefined;
  return [...kept, ...added.map((key) => ({ key, effect: 'NoSchedule', timeAdded: timeText(now) }))];
}

/** Returns the key of the evicting (`NoExecute`) taint for a Ready status; undefined for a ready node. */
export const evictingTaint = (ready: string): string | undefined => (ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined);

/** Returns the taints with `NoExecute` for `key` alone of not-ready and unreachable, or for neither; undefined if nothing changes. */
export function planNoExecute(node: Node, key: string | undefined, now: number): Taint[] | undefined {
  const taints = node.spec?.taints ?? [];
  const kept = taints.filter((taint) => taint.effect !== 'NoExecute' || taint.key === key || (taint.key !== NOT_READY && taint.key !== UNREACHABLE));
  const there = key === undefined || kept.some((taint) => is(taint, key, 'NoExecute'));
  if (there && kept.length === taints.length) return undefined;
  return there ? kept : [...kept, { key, effect: 'NoExecute', timeAdded: timeText(now) }];
}

export const hasEvictingTaint = (node: Node): boolean =>
  (node.spec?.taints ?? []).some((taint) => is(taint, NOT_READY, 'NoExecute') || is(taint, UNREACHABLE, 'NoExecute'));
