import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Taint } from '../../../api/pod/placement/taint.ts';
import { tolerates } from '../../../api/pod/placement/toleration.ts';

export const evicting = (node: Node | undefined): Taint[] => (node?.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');

/**
 * Returns for how long a pod bears its node's taints, in milliseconds: the shortest `tolerationSeconds` of the tolerations that count, 0 if a taint
 * is not tolerated; undefined if it bears them for ever. Of several tolerations of one taint the first counts, as upstream has it.
 */
export function toleratedMs(pod: Pod, node: Node | undefined): number | undefined {
  let shortest: number | undefined;
  for (const taint of evicting(node)) {
    const bearing = pod.spec?.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (!bearing) return 0;
    if (bearing.tolerationSeconds === undefined) continue;
    const ms = Math.max(0, Number(bearing.tolerationSeconds)) * 1000;
    if (shortest === undefined || ms < shortest) shortest = ms;
  }
  return shortest;
}

/** A step towards the eviction of a pod. Times are monotonic milliseconds. */
export type EvictionStep = { readonly type: 'spare' } | { readonly type: 'wait'; readonly due: number } | { readonly type: 'evict' };

/**
 * Decides by the time for which a pod bears its node, and by the end of that time if it began before. The time runs from the moment at which
 * taint and pod were first seen together, not from the taint's `timeAdded`, which clients set or leave out. Once it runs it is not changed by
 * further taints (k8s.io/kubernetes/pkg/controller/tainteviction, processPodOnNode), unless one is not tolerated at all.
 */
export function planEviction(bearsMs: number | undefined, due: number | undefined, now: number): EvictionStep {
  if (bearsMs === undefined) return { type: 'spare' };
  if (bearsMs === 0 || (due !== undefined && due <= now)) return { type: 'evict' };
  return { type: 'wait', due: due ?? now + bearsMs };
}
