import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isTerminal } from '../../_shared/pod-state.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface PodGcPlan {
  /** Ended pods beyond the threshold, the oldest first. */
  readonly terminated: readonly Live<Pod>[];
  /** Being deleted on a node that an operator declared out of service. */
  readonly outOfService: readonly Live<Pod>[];
  /** Bound to a node that is not there (to be verified). */
  readonly orphaned: readonly Live<Pod>[];
  /** Being deleted before they were ever scheduled. */
  readonly unscheduled: readonly Live<Pod>[];
}

const nodeIsReady = (node: Node): boolean => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Finds the pods that no other part will delete. */
export function planPodGc(pods: readonly Live<Pod>[], nodeOf: (name: string) => Node | undefined, threshold: number): PodGcPlan {
  const terminated: Live<Pod>[] = [];
  const outOfService: Live<Pod>[] = [];
  const orphaned: Live<Pod>[] = [];
  const unscheduled: Live<Pod>[] = [];
  for (const pod of pods) {
    const nodeName = pod.spec?.nodeName ?? '';
    const node = nodeName === '' ? undefined : nodeOf(nodeName);
    if (isTerminal(pod) && !isDeleting(pod)) terminated.push(pod);
    if (nodeName !== '' && node === undefined) orphaned.push(pod);
    else if (nodeName === '' && isDeleting(pod)) unscheduled.push(pod);
    else if (node && isDeleting(pod) && !nodeIsReady(node)) {
      if (node.spec?.taints?.some((taint) => taint.key === OUT_OF_SERVICE)) outOfService.push(pod);
    }
  }
  const evictedFirst = (pod: Live<Pod>) => (pod.status?.reason === 'Evicted' ? 0 : 1);
  terminated.sort((a, b) => {
    const order = evictedFirst(a) - evictedFirst(b);
    if (order !== 0) return order;
    return a.metadata.creationTimestamp < b.metadata.creationTimestamp
      ? -1
      : a.metadata.creationTimestamp > b.metadata.creationTimestamp
        ? 1
        : a.metadata.name < b.metadata.name
          ? -1
          : 1;
  });
  const surplus = threshold > 0 ? Math.max(0, terminated.length - threshold) : 0;
  return { terminated: terminated.slice(0, surplus), outOfService, orphaned, unscheduled };
}
