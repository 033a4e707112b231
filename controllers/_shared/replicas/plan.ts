import type { ReplicaSetCondition, ReplicaSetStatus } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf, withoutCondition } from '../conditions.ts';
import { INVALID_SPEC } from '../invalid-spec.ts';
import { availableFrom, isReady } from '../pod-state.ts';
import { defined, nonZero } from '../status-fields.ts';
import { podsToDelete } from './ranking.ts';

/** The common part of ReplicaSets and ReplicationControllers. Selectors differ: each controller brings its own. */
export interface ReplicaOwner extends KubeObject {
  spec?: { replicas?: number | undefined; minReadySeconds?: number | undefined; template?: PodTemplateSpec | undefined } | undefined;
  status?: ReplicaSetStatus | undefined;
}

/** Limits the pods that one round creates or deletes; the rest follows in the next. */
export const BURST = 500;

export type ReplicaPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'create'; readonly count: number }
  | { readonly do: 'delete'; readonly pods: readonly Live<Pod>[] };

/** Plans the way from the active pods to the wanted number. `related` is called only if pods must be deleted. */
export function planReplicas(wanted: number, active: readonly Live<Pod>[], related: () => readonly Live<Pod>[], now: number): ReplicaPlan {
  const surplus = active.length - wanted;
  if (surplus === 0) return { do: 'nothing' };
  if (surplus < 0) return { do: 'create', count: Math.min(-surplus, BURST) };
  return { do: 'delete', pods: podsToDelete(active, related(), Math.min(surplus, BURST), now) };
}

export interface StatusInput {
  readonly active: readonly Live<Pod>[];
  /** Left out if the kind does not count them. */
  readonly terminating?: number;
  readonly failure?: ReplicaFailure | undefined;
  readonly now: number;
}

/** The error of this round's creations or deletions, or the fault because of which there are none. */
export interface ReplicaFailure {
  readonly message: string;
  /** Default: by the direction, as upstream has it. */
  readonly reason?: string;
}

const REPLICA_FAILURE = 'ReplicaFailure';

/** Returns the condition that tells of pods that could not be created or deleted. */
export const failureOf = ({ status }: ReplicaOwner): ReplicaSetCondition | undefined => conditionOf(status?.conditions, REPLICA_FAILURE);

/** Whether a pod carries every label of the template. */
function carries(pod: Pod, labels: Readonly<Record<string, string>>): boolean {
  const own = pod.metadata?.labels;
  for (const key in labels) if (own?.[key] !== labels[key]) return false;
  return true;
}

/** The first error stays, as upstream has it, until a round succeeds; an invalid spec is shown as it is now. */
function nextConditions(owner: ReplicaOwner, active: number, failure: ReplicaFailure | undefined, now: number): ReplicaSetCondition[] {
  const conditions = owner.status?.conditions ?? [];
  const current = failureOf(owner);
  if (failure === undefined) return current ? withoutCondition(conditions, REPLICA_FAILURE) : conditions;
  if (current && current.reason !== INVALID_SPEC && failure.reason === undefined) return conditions;
  const { message, reason = active < (owner.spec?.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete' } = failure;
  if (current?.reason === reason && current.message === message) return conditions;
  const lastTransitionTime = current?.lastTransitionTime ?? timeText(now);
  return [...withoutCondition(conditions, REPLICA_FAILURE), { type: REPLICA_FAILURE, status: 'True', reason, message, lastTransitionTime }];
}

/** Returns the status for these pods; zero counts are left out, as upstream does. */
export function planStatus(owner: ReplicaOwner, { active, terminating, failure, now }: StatusInput): ReplicaSetStatus {
  const labels = owner.spec?.template?.metadata?.labels ?? {};
  const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
  let labelled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (carries(pod, labels)) labelled++;
    if (!isReady(pod)) continue;
    ready++;
    const from = availableFrom(pod, minReadySeconds);
    if (from !== undefined && from <= now) available++;
  }
  const conditions = nextConditions(owner, active.length, failure, now);
  return defined({
    replicas: active.length,
    fullyLabeledReplicas: nonZero(labelled),
    readyReplicas: nonZero(ready),
    availableReplicas: nonZero(available),
    terminatingReplicas: terminating,
    observedGeneration: owner.metadata?.generation,
    conditions: conditions.length === 0 ? undefined : conditions,
  });
}

/** Returns the status with the conditions that others wrote as a fresher object has them. */
export function withConditionsOf(fresh: ReplicaOwner, status: ReplicaSetStatus): ReplicaSetStatus {
  const own = (status.conditions ?? []).filter(({ type }) => type === REPLICA_FAILURE);
  const conditions = [...withoutCondition(fresh.status?.conditions ?? [], REPLICA_FAILURE), ...own];
  return defined({ ...status, conditions: conditions.length === 0 ? undefined : conditions });
}

/** Returns the milliseconds until the next ready pod becomes available; undefined if none is waiting. */
export function nextAvailability(active: readonly Live<Pod>[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds <= 0) return undefined;
  let next: number | undefined;
  for (const pod of active) {
    const from = availableFrom(pod, minReadySeconds);
    if (from !== undefined && from > now && (next === undefined || from - now < next)) next = from - now;
  }
  return next;
}
