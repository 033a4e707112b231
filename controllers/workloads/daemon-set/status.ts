import type { DaemonSet, DaemonSetStatus } from '../../../api/kinds/apps/daemon-set/schema.ts';
import { availableFrom, isReady } from '../../_shared/pod-state.ts';
import { defined, nonZero } from '../../_shared/status-fields.ts';
import { byPrecedence, isAvailable, isUpdated } from './daemon-pod.ts';
import type { Observed } from './round.ts';

/**
 * Counts nodes by the first of their pods.
 * @param observes whether the set's generation was acted on: not while earlier writes are still to be seen
 */
export function planStatus({ set, nodes, placement, pods, hash, now }: Observed, observes: boolean): DaemonSetStatus {
  let desired = 0;
  let current = 0;
  let misscheduled = 0;
  let ready = 0;
  let updated = 0;
  let available = 0;
  for (const node of nodes) {
    const [pod] = [...(pods.get(node.metadata.name) ?? [])].sort(byPrecedence);
    if (placement(node) !== 'run') {
      if (pod) misscheduled++;
      continue;
    }
    desired++;
    if (!pod) continue;
    current++;
    if (isReady(pod)) ready++;
    if (isAvailable(pod, set, now)) available++;
    if (isUpdated(pod, set, hash)) updated++;
  }
  return defined({
    ...set.status,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    updatedNumberScheduled: nonZero(updated),
    numberAvailable: nonZero(available),
    numberUnavailable: nonZero(desired - available),
    observedGeneration: observes ? set.metadata.generation : set.status?.observedGeneration,
  });
}

/** Returns the milliseconds until the next ready pod is available; undefined if none is waiting. */
export function nextAvailability({ spec }: DaemonSet, { pods, now }: Pick<Observed, 'pods' | 'now'>): number | undefined {
  const minReadySeconds = spec?.minReadySeconds ?? 0;
  if (minReadySeconds <= 0) return undefined;
  let next: number | undefined;
  for (const group of pods.values()) {
    for (const pod of group) {
      const from = availableFrom(pod, minReadySeconds);
      if (from !== undefined && from > now && (next === undefined || from - now < next)) next = from - now;
    }
  }
  return next;
}
