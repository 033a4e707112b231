import type { Pod, PodCondition } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { timeText } from '../../base/clock.ts';
import type { Patch } from '../../runtime/client/client.ts';

export interface ConditionChange {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * The patch of a pod's status that sets a condition and, if given, the nominated node ('' clears it). Returns undefined if nothing
 * would change. The transition time changes with the status only.
 */
export function conditionPatch(pod: Live<Pod>, change: ConditionChange, now: number, nominatedNode?: string): Patch | undefined {
  const old = pod.status?.conditions?.find(({ type }) => type === change.type);
  const same = old?.status === change.status && old.reason === change.reason && old.message === change.message;
  const nominates = nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? '');
  if (same && !nominates) return undefined;
  const { generation } = pod.metadata;
  const condition: PodCondition = {
    ...change,
    lastTransitionTime: old?.status === change.status && old.lastTransitionTime ? old.lastTransitionTime : timeText(now),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
  return {
    type: 'strategic',
    body: {
      metadata: { uid: pod.metadata.uid },
      status: { ...(!same && { conditions: [condition] }), ...(nominates && { nominatedNodeName: nominatedNode === '' ? null : nominatedNode }) },
    },
  };
}
