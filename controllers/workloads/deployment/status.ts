import type { Deployment, DeploymentCondition, DeploymentSpec, DeploymentStatus } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf, withCondition, withoutCondition } from '../../_shared/conditions.ts';
import { defined, nonZero } from '../../_shared/status-fields.ts';
import { fencepostsOf, wantedReplicas } from './fenceposts.ts';

export const PROGRESSING = 'Progressing';
const AVAILABLE = 'Available';
export const REPLICA_FAILURE = 'ReplicaFailure';
const FOREVER = 2 ** 31 - 1;

/** Returns the deadline in seconds; undefined if progress is not watched. */
export function progressDeadline(spec: DeploymentSpec | undefined): number | undefined {
  const seconds = spec?.progressDeadlineSeconds;
  return seconds === undefined || seconds === FOREVER ? undefined : seconds;
}

export function condition(type: string, status: string, reason: string, message: string, now: number): DeploymentCondition {
  return { type, status, reason, message, lastUpdateTime: timeText(now), lastTransitionTime: timeText(now) };
}

/** Notes that a rollout was paused or resumed, so that the pause is not taken for lack of progress. */
export function pauseConditions(deployment: Live<Deployment>, now: number): DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? [];
  const reason = conditionOf(conditions, PROGRESSING)?.reason;
  if (progressDeadline(deployment.spec) === undefined || reason === 'ProgressDeadlineExceeded') return conditions;
  const paused = deployment.spec?.paused ?? false;
  if (paused && reason !== 'DeploymentPaused') {
    return withCondition(conditions, condition(PROGRESSING, 'Unknown', 'DeploymentPaused', 'Deployment is paused', now));
  }
  if (!paused && reason === 'DeploymentPaused') {
    return withCondition(conditions, condition(PROGRESSING, 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now));
  }
  return conditions;
}

export interface StatusInput {
  readonly deployment: Live<Deployment>;
  /** As they are after this round's writes. */
  readonly replicaSets: readonly Live<ReplicaSet>[];
  readonly current: Live<ReplicaSet> | undefined;
  /** Conditions with what this round has already noted. */
  readonly conditions: readonly DeploymentCondition[];
  readonly now: number;
}

type Count = (replicaSet: Live<ReplicaSet>) => number;
const sum = (replicaSets: readonly Live<ReplicaSet>[], count: Count): number => replicaSets.reduce((total, rs) => total + count(rs), 0);

/** Counts and the Available condition; progress is another matter. */
export function planStatus({ deployment, replicaSets, current, conditions, now }: StatusInput): DeploymentStatus {
  const available = sum(replicaSets, (rs) => rs.status?.availableReplicas ?? 0);
  const unavailable = sum(replicaSets, (rs) => rs.spec?.replicas ?? 1) - available;
  const terminating = replicaSets.every((rs) => rs.status?.terminatingReplicas !== undefined)
    ? sum(replicaSets, (rs) => rs.status?.terminatingReplicas ?? 0)
    : undefined;
  const minimum = wantedReplicas(deployment.spec) - fencepostsOf(deployment.spec).maxUnavailable;
  const next =
    available >= minimum
      ? condition(AVAILABLE, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : condition(AVAILABLE, 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  return defined({
    observedGeneration: deployment.metadata.generation,
    replicas: nonZero(sum(replicaSets, (rs) => rs.status?.replicas ?? 0)),
    updatedReplicas: nonZero(current?.status?.replicas ?? 0),
    readyReplicas: nonZero(sum(replicaSets, (rs) => rs.status?.readyReplicas ?? 0)),
    availableReplicas: nonZero(available),
    unavailableReplicas: nonZero(Math.max(0, unavailable)),
    terminatingReplicas: terminating,
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(conditions, next),
  });
}

/** Every pod is of the current template and available, and none is left over. */
export function isComplete(deployment: Live<Deployment>, status: DeploymentStatus | undefined): boolean {
  const wanted = wantedReplicas(deployment.spec);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Live<Deployment>, progressing: DeploymentCondition | undefined, now: number): boolean {
  const deadline = progressDeadline(deployment.spec);
  if (deadline === undefined || progressing?.lastUpdateTime === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  return progressing.reason === 'ProgressDeadlineExceeded' || Date.parse(progressing.lastUpdateTime) + deadline * 1000 < now;
}

/** The status of a Deployment that rolls out: `planStatus` with the Progressing and ReplicaFailure conditions. */
export function planRolloutStatus(input: StatusInput): DeploymentStatus {
  const { deployment, replicaSets, current, now } = input;
  const status = planStatus(input);
  let conditions: DeploymentCondition[] = status.conditions ?? [];
  const progressing = conditionOf(input.conditions, PROGRESSING);
  if (progressDeadline(deployment.spec) === undefined) {
    conditions = withoutCondition(conditions, PROGRESSING);
  } else if (!((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && progressing?.reason === 'NewReplicaSetAvailable')) {
    const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
    if (isComplete(deployment, status)) {
      conditions = withCondition(
        conditions,
        condition(PROGRESSING, 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, now),
      );
    } else if (hasProgressed(deployment.status, status)) {
      // Progress restarts the deadline: the update time moves although status and reason stay.
      const next = condition(PROGRESSING, 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
      const since = progressing?.status === 'True' ? progressing.lastTransitionTime : next.lastTransitionTime;
      conditions = [...withoutCondition(conditions, PROGRESSING), { ...next, lastTransitionTime: since }];
    } else if (hasTimedOut(deployment, progressing, now)) {
      conditions = withCondition(
        conditions,
        condition(PROGRESSING, 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, now),
      );
    }
  }
  const failure = failureOf(current ? [current, ...replicaSets] : replicaSets);
  conditions = failure ? withCondition(conditions, failure) : withoutCondition(conditions, REPLICA_FAILURE);
  return { ...status, conditions };
}

/** The first ReplicaSet's failure to make or delete pods, the current one's before the others'. */
function failureOf(replicaSets: readonly Live<ReplicaSet>[]): DeploymentCondition | undefined {
  for (const { status } of replicaSets) {
    const failure = conditionOf(status?.conditions, REPLICA_FAILURE);
    if (failure) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

/** Returns the milliseconds until the rollout may have timed out; undefined if there is nothing to watch. */
export function nextProgressCheck(deployment: Live<Deployment>, status: DeploymentStatus, now: number): number | undefined {
  const deadline = progressDeadline(deployment.spec);
  const progressing = conditionOf(status.conditions, PROGRESSING);
  if (deadline === undefined || progressing?.lastUpdateTime === undefined) return undefined;
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  // A second more, for the clock that only knows seconds.
  return Math.max(0, Date.parse(progressing.lastUpdateTime) + deadline * 1000 - now) + 1000;
}
