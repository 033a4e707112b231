import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { replicasOf } from './ordinals.ts';
import { isUnavailable, revisionOf } from './stateful-pod.ts';

/**
 * Returns the pods to delete, so that pods of the new revision take their places, from the highest number down to the partition. Without
 * `maxUnavailable` that is one pod, and none while a pod above it is not available.
 * @param replicas the pods that the set wants, lowest number first; undefined where there is none
 */
export function updateTargets(set: StatefulSet, replicas: readonly (Live<Pod> | undefined)[], revision: string, now: number): readonly Live<Pod>[] {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const reached = replicas.slice(rollingUpdate?.partition ?? 0).reverse();
  const isOld = (pod: Live<Pod>) => revisionOf(pod) !== revision && !isDeleting(pod);
  if (rollingUpdate?.maxUnavailable !== undefined) {
    const unavailable = replicas.filter((pod) => !pod || isUnavailable(pod, set, now)).length;
    const room = mostUnavailable(rollingUpdate.maxUnavailable, replicasOf(set)) - unavailable;
    return reached.filter((pod) => pod !== undefined && isOld(pod)).slice(0, Math.max(0, room)) as Live<Pod>[];
  }
  for (const pod of reached) {
    if (!pod) return [];
    if (isOld(pod)) return [pod];
    if (isUnavailable(pod, set, now)) return [];
  }
  return [];
}

/** Rounds a percentage down, to one at least. @throws Error if the value is neither a number nor a percentage */
function mostUnavailable(value: number | string, replicas: number): number {
  if (typeof value === 'number') return Math.max(1, value);
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  return Math.max(1, Math.floor((Number(percent) * replicas) / 100));
}
