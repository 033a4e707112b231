import type { Kind } from '../../../api/definition/kind.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import type { ClaimGap, FindClaim } from './claims.ts';
import { claimGap, existingClaims } from './claims.ts';
import { isInRange, isOrdered, ordinalOf, podName, replicasOf, startOf } from './ordinals.ts';
import type { OwnerKinds, RetentionChange } from './retention.ts';
import { isControlledByOthers, isStale, retentionChange } from './retention.ts';
import { updateTargets } from './rollout.ts';
import { isAvailable, isRunningAndReady, isUnavailable, newPod, withIdentity } from './stateful-pod.ts';

/** A revision, as pods are made from it. */
export interface PodRevision {
  readonly name: string;
  readonly template: PodTemplateSpec | undefined;
}

export interface Observed {
  readonly kinds: OwnerKinds & { readonly statefulSets: Kind };
  readonly set: Live<StatefulSet>;
  /** The pods that it controls; each has a number in its name. */
  readonly pods: readonly Live<Pod>[];
  readonly claim: FindClaim;
  /** The revision that an update starts from, and the one that it leads to. */
  readonly current: PodRevision;
  readonly update: PodRevision;
  readonly now: number;
}

/** One write, or a few about one pod. */
export type Action =
  | {
      readonly do: 'create';
      readonly pod: Pod;
      readonly claims: ClaimGap;
      /** Names of the claims that somebody else controls. */
      readonly conflicts: readonly string[];
    }
  /** Makes the claims of a pod that waits for them. */
  | { readonly do: 'claim'; readonly pod: Live<Pod>; readonly claims: ClaimGap; readonly retention: readonly RetentionChange[] }
  /** Gives a pod its identity, and its claims the owners of the retention policy. */
  | {
      readonly do: 'adjust';
      readonly pod: Live<Pod>;
      readonly changed: Live<Pod> | undefined;
      readonly claims: ClaimGap;
      readonly retention: readonly RetentionChange[];
    }
  /** Changes the owners of the claims of a pod that is scaled away. */
  | { readonly do: 'retain'; readonly retention: readonly RetentionChange[] }
  | { readonly do: 'delete'; readonly pod: Live<Pod>; readonly why: 'ended' | 'scale' | 'update' };

/** The writes of one round. A phase begins once the one before has succeeded; within a phase the writes of a Parallel set run at once. */
export interface Plan {
  readonly phases: readonly (readonly Action[])[];
}

/**
 * Plans one round (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset): pods that are missing are created, those beyond
 * the number wanted are deleted, and old ones are replaced, in this order. A set that is OrderedReady does one thing at a time, from the
 * lowest number up and from the highest down, and waits wherever a pod is not available.
 */
export function plan(observed: Observed): Plan {
  const { set, pods } = observed;
  if (isDeleting(set)) return { phases: [] };
  const there = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const replicas = Array.from({ length: replicasOf(set) }, (_, index) => there.get(startOf(set) + index));
  const condemned = pods.filter((pod) => !isInRange(set, ordinalOf(pod))).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  return isOrdered(set) ? planOrdered(observed, replicas, condemned) : planParallel(observed, replicas, condemned);
}

/** The pods that the set wants, lowest number first; undefined where there is none. */
export type Replicas = readonly (Live<Pod> | undefined)[];

/** The writes for one pod, and whether an OrderedReady set goes on to the next. */
interface Step {
  readonly actions: readonly Action[];
  readonly waits: boolean;
}

const WAIT: Step = { actions: [], waits: true };

function planOrdered(observed: Observed, replicas: Replicas, condemned: readonly Live<Pod>[]): Plan {
  const { set, now } = observed;
  const phases: (readonly Action[])[] = [];
  for (const [index, pod] of replicas.entries()) {
    const { actions, waits } = planReplica(observed, pod, startOf(set) + index);
    if (actions.length > 0) phases.push(actions);
    if (waits) return { phases };
  }
  const retained = retain(observed, condemned);
  if (retained.length > 0) phases.push(retained);
  const [next] = condemned;
  if (next) {
    // Its predecessors must be available; it need not be itself, or a broken pod could never be scaled away.
    const isFirstUnavailable = condemned.slice(1).every((pod) => !isUnavailable(pod, set, now));
    if (!isDeleting(next) && (isServing(next, set, now) || isFirstUnavailable)) phases.push([{ do: 'delete', pod: next, why: 'scale' }]);
    return { phases };
  }
  return { phases: [...phases, ...updates(observed, replicas)] };
}

const isServing = (pod: Live<Pod>, set: StatefulSet, now: number): boolean => isRunningAndReady(pod) && isAvailable(pod, set, now);

function planParallel(observed: Observed, replicas: Replicas, condemned: readonly Live<Pod>[]): Plan {
  const { set } = observed;
  const steps = replicas.flatMap((pod, index) => planReplica(observed, pod, startOf(set) + index).actions);
  const removed = condemned.filter((pod) => !isDeleting(pod)).map((pod): Action => ({ do: 'delete', pod, why: 'scale' }));
  return { phases: [steps, retain(observed, condemned), removed, ...updates(observed, replicas)].filter((phase) => phase.length > 0) };
}

function planReplica(observed: Observed, pod: Live<Pod> | undefined, ordinal: number): Step {
  const { set, claim, now } = observed;
  if (!pod) return create(observed, ordinal);
  // The next one follows when it is gone. A pod that ended well was ended too: its containers decide the phase, not the reason.
  if (isTerminal(pod)) return isDeleting(pod) ? WAIT : { actions: [{ do: 'delete', pod, why: 'ended' }], waits: true };
  const claims = claimGap(set, ordinal, claim);
  const retention = retentionOf(observed, pod);
  if (pod.status?.phase === 'Pending') {
    const isShort = claims.missing.length > 0 || retention.length > 0;
    const actions: Action[] = isShort ? [{ do: 'claim', pod, claims: { ...claims, terminating: [] }, retention }] : [];
    if (isOrdered(set)) return { actions, waits: true };
    if (isShort) return { actions, waits: false };
  }
  if (isOrdered(set) && (isDeleting(pod) || !isServing(pod, set, now))) return WAIT;
  const changed = withIdentity(set, pod);
  if (!changed && retention.length === 0) return { actions: [], waits: false };
  const gap = changed && changed.spec?.volumes !== pod.spec?.volumes ? claims : { missing: [], terminating: [] };
  return { actions: [{ do: 'adjust', pod, changed, claims: gap, retention }], waits: false };
}

function create(observed: Observed, ordinal: number): Step {
  const { kinds, set, claim, current, update } = observed;
  const name = podName(set.metadata.name, ordinal);
  // The claims of an earlier pod of that name are about to be deleted: the next pod gets new ones.
  const existing = existingClaims(set, ordinal, claim);
  if (existing.some((one) => isStale(kinds, set, one, name))) return WAIT;
  const { name: revision, template } = isOfCurrentRevision(set, ordinal) ? current : update;
  const pod = newPod(kinds.statefulSets, set, template, revision, ordinal);
  const conflicts = existing.filter((one) => isControlledByOthers(kinds, set, one, name)).map(({ metadata }) => metadata.name);
  return { actions: [{ do: 'create', pod, claims: claimGap(set, ordinal, claim), conflicts }], waits: true };
}

/** Whether a new pod of a number is made from the revision that an update starts from: below the partition, or not yet reached by it. */
function isOfCurrentRevision(set: Live<StatefulSet>, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (rollingUpdate) return ordinal < startOf(set) + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < startOf(set) + (set.status?.currentReplicas ?? 0);
}

const retentionOf = ({ kinds, set, claim }: Observed, pod: Live<Pod>): RetentionChange[] =>
  existingClaims(set, ordinalOf(pod), claim).flatMap((one) => retentionChange(kinds, set, pod, one) ?? []);

function retain(observed: Observed, condemned: readonly Live<Pod>[]): Action[] {
  return condemned.flatMap((pod): Action[] => {
    const retention = retentionOf(observed, pod);
    return retention.length > 0 ? [{ do: 'retain', retention }] : [];
  });
}

function updates({ set, update, now }: Observed, replicas: Replicas): (readonly Action[])[] {
  return updateTargets(set, replicas, update.name, now).map((pod) => [{ do: 'delete', pod, why: 'update' }]);
}
