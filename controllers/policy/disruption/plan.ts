import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../api/kinds/policy/pod-disruption-budget/schema.ts';
import type { Condition } from '../../../api/meta/condition.ts';
import type { Live } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { conditionOf } from '../../_shared/conditions.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { isReady } from '../../_shared/pod-state.ts';

/** An evicted pod that is not terminating after this time will not be: it counts again. */
const DELETION_TIMEOUT_MS = 2 * 60_000;
const TYPE = 'DisruptionAllowed';

type Budget = Live<PodDisruptionBudget>;

/** The numbers that the budget and the scale of its pods ask for. */
export interface Expected {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** Whether the number of expected pods is that of the pods' controllers, not that of the pods. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean => spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';

/** @throws Error if the value is neither a number nor a percentage */
function roundedUp(value: number | string, total: number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  return Math.ceil((Number(percent) * total) / 100);
}

/** `total`: the pods, or the scale of their controllers if the budget needs it. @throws Error if the spec's value is no percentage */
export function expectedOf({ spec }: PodDisruptionBudget, total: number): Expected {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable !== undefined) return { expectedPods: total, desiredHealthy: Math.max(0, total - roundedUp(maxUnavailable, total)) };
  if (minAvailable !== undefined) return { expectedPods: total, desiredHealthy: roundedUp(minAvailable, total) };
  return { expectedPods: 0, desiredHealthy: 0 };
}

/** The evictions that are under way. */
export interface Disrupted {
  readonly pods: Readonly<Record<string, string>>;
  /** Pods whose deletion did not follow their eviction. */
  readonly notDeleted: readonly Live<Pod>[];
  /** The time until the first of the evictions is given up, in milliseconds; undefined without any. */
  readonly recheckAfterMs: number | undefined;
}

/** Keeps the evictions of pods that are still to be deleted, and gives up those that are overdue. */
export function disruptedPods({ status }: Budget, pods: readonly Live<Pod>[], now: number): Disrupted {
  const before = status?.disruptedPods ?? {};
  const kept: Record<string, string> = {};
  const notDeleted: Live<Pod>[] = [];
  let first = Number.POSITIVE_INFINITY;
  for (const pod of pods) {
    const { name } = pod.metadata;
    const evictedAt = before[name];
    if (isDeleting(pod) || evictedAt === undefined) continue;
    const expectedAt = Date.parse(evictedAt) + DELETION_TIMEOUT_MS;
    if (expectedAt < now) notDeleted.push(pod);
    else {
      kept[name] = evictedAt;
      first = Math.min(first, expectedAt);
    }
  }
  // It is overdue one millisecond after the deadline.
  return { pods: kept, notDeleted, recheckAfterMs: first === Number.POSITIVE_INFINITY ? undefined : first - now + 1 };
}

const countHealthy = (pods: readonly Live<Pod>[], disrupted: Disrupted): number =>
  pods.filter((pod) => !isDeleting(pod) && disrupted.pods[pod.metadata.name] === undefined && isReady(pod)).length;

/** Sets the condition; the time of transition moves when the status does. */
function conditionsWith(
  { conditions = [] }: PodDisruptionBudgetStatus,
  given: Pick<Condition, 'status' | 'reason' | 'message'>,
  observedGeneration: number,
  now: number,
): Condition[] {
  const before = conditionOf(conditions, TYPE);
  const condition: Condition = {
    type: TYPE,
    ...given,
    lastTransitionTime: before?.status === given.status ? before.lastTransitionTime : timeText(now),
    ...(observedGeneration > 0 ? { observedGeneration } : {}),
  };
  return before ? conditions.map((one) => (one === before ? condition : one)) : [...conditions, condition];
}

/** Returns the status that the pods call for; undefined if the budget has it. */
export function planStatus(
  budget: Budget,
  pods: readonly Live<Pod>[],
  expected: Expected,
  disrupted: Disrupted,
  now: number,
): PodDisruptionBudgetStatus | undefined {
  const { status = {}, metadata } = budget;
  const { generation = 0 } = metadata;
  const currentHealthy = countHealthy(pods, disrupted);
  // Without pods nothing is allowed: the first ones may appear before they are counted.
  const disruptionsAllowed = expected.expectedPods > 0 ? Math.max(0, currentHealthy - expected.desiredHealthy) : 0;
  const allows = disruptionsAllowed > 0;
  const given = { status: allows ? 'True' : 'False', reason: allows ? 'SufficientPods' : 'InsufficientPods', message: '' };
  const next: PodDisruptionBudgetStatus = {
    conditions: conditionsWith(status, given, generation, now),
    currentHealthy,
    desiredHealthy: expected.desiredHealthy,
    disruptionsAllowed,
    expectedPods: expected.expectedPods,
    ...(Object.keys(disrupted.pods).length > 0 ? { disruptedPods: disrupted.pods } : {}),
    ...(generation > 0 ? { observedGeneration: generation } : {}),
  };
  return semanticallyEqual(next, status) ? undefined : next;
}

/** Returns the status of a budget that could not be computed, which allows no eviction; undefined if the budget has it. */
export function planFailure({ status = {} }: Budget, message: string, now: number): PodDisruptionBudgetStatus | undefined {
  const given = { status: 'False', reason: 'SyncFailed', message };
  const next = { ...status, disruptionsAllowed: 0, conditions: conditionsWith(status, given, status.observedGeneration ?? 0, now) };
  return semanticallyEqual(next, status) ? undefined : next;
}
