import type { StatefulSet, StatefulSetStatus } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { availableFrom } from '../../_shared/pod-state.ts';
import { defined, nonZero } from '../../_shared/status-fields.ts';
import { replicasOf } from './ordinals.ts';
import { isAvailable, isRunningAndReady, revisionOf } from './stateful-pod.ts';

export interface StatusInput {
  readonly set: Live<StatefulSet>;
  readonly pods: readonly Live<Pod>[];
  /** Names of the revisions. */
  readonly current: string;
  readonly update: string;
  readonly collisionCount: number;
  /** The number of pods that this round deleted for an update. */
  readonly replaced: number;
  readonly now: number;
}

/** Returns the status for these pods. Once every pod is of the new revision and ready, that is the current one. */
export function planStatus({ set, pods, current, update, collisionCount, replaced, now }: StatusInput): StatefulSetStatus {
  let ready = 0;
  let available = 0;
  let ofCurrent = 0;
  let ofUpdate = 0;
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      ready++;
      if (isAvailable(pod, set, now)) available++;
    }
    if (isDeleting(pod)) continue;
    if (revisionOf(pod) === current) ofCurrent++;
    if (revisionOf(pod) === update) ofUpdate++;
  }
  const wanted = replicasOf(set);
  const isRolling = set.spec?.updateStrategy?.type === 'RollingUpdate';
  const isComplete = isRolling && ofUpdate === wanted && ready === wanted && pods.length === wanted;
  return defined({
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: nonZero(ready),
    availableReplicas: available,
    currentReplicas: nonZero(isComplete ? ofUpdate : Math.max(0, ofCurrent - replaced)),
    updatedReplicas: nonZero(ofUpdate),
    currentRevision: isComplete ? update : current,
    updateRevision: update,
    collisionCount,
  });
}

/** Returns the milliseconds until the next ready pod is available; undefined if none is waiting. */
export function nextAvailability({ spec }: StatefulSet, pods: readonly Live<Pod>[], now: number): number | undefined {
  const minReadySeconds = spec?.minReadySeconds ?? 0;
  if (minReadySeconds <= 0) return undefined;
  const waits = pods.flatMap((pod) => {
    const from = availableFrom(pod, minReadySeconds);
    return from !== undefined && from > now ? [from - now] : [];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
