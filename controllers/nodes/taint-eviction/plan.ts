import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Taint } from '../../../api/pod/placement/taint.ts';
import { tolerates } from '../../../api/pod/placement/toleration.ts';
import { conditionOf } from '../../_shared/conditions.ts';

export const evicting = (node: Node | undefined): Taint[] => (node?.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');

const instant = (text: string | undefined): number => (text === undefined ? 0 : Date.parse(text));

/**
 * Returns the time at which a pod must leave its node, in milliseconds since the epoch: 0 (at once) if a taint is not tolerated, the end of
 * the shortest `tolerationSeconds` if all are, counted from the moment that taint and pod met; undefined if the pod may stay.
 * Of several tolerations of one taint the first counts, as upstream has it.
 */
export function evictionTime(pod: Live<Pod>, node: Node | undefined): number | undefined {
  const taints = evicting(node);
  const met = Math.max(instant(pod.metadata.creationTimestamp), instant(conditionOf(pod.status?.conditions, 'PodScheduled')?.lastTransitionTime));
  let earliest: number | undefined;
  for (const taint of taints) {
    const bearing = pod.spec?.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (!bearing) return 0;
    const { tolerationSeconds } = bearing;
    if (tolerationSeconds === undefined) continue;
    const due = tolerationSeconds <= 0 ? 0 : Math.max(met, instant(taint.timeAdded)) + Number(tolerationSeconds) * 1000;
    if (earliest === undefined || due < earliest) earliest = due;
  }
  return earliest;
}
