import type { Deployment, DeploymentCondition } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { conditionOf, withCondition } from '../../_shared/conditions.ts';
import { REVISION, revisionOf } from './annotations.ts';
import type { Draft, Drafts } from './draft.ts';
import { allOf, draftsOf } from './draft.ts';
import { isRolling } from './fenceposts.ts';
import { recreate, rollForward } from './rollout.ts';
import { scale, wasRescaled } from './scaling.ts';
import { condition, isComplete, PROGRESSING, pauseConditions, progressDeadline } from './status.ts';

export interface Observed {
  readonly deployment: Live<Deployment>;
  /** The ReplicaSets it controls. */
  readonly replicaSets: readonly Live<ReplicaSet>[];
  /** Whether pods of ReplicaSets other than the current one still run; asked for Recreate only. */
  readonly oldPodsRun: (current: Live<ReplicaSet> | undefined) => boolean;
  readonly now: number;
}

export interface Plan {
  /** A ReplicaSet to create, before anything else. */
  readonly create: Draft | undefined;
  /** ReplicaSets that differ from what they should be. */
  readonly change: readonly Draft[];
  readonly remove: readonly Live<ReplicaSet>[];
  readonly current: Draft | undefined;
  /** The revision that the Deployment should show; undefined if it does, or if there is none yet. */
  readonly revision: string | undefined;
  readonly conditions: readonly DeploymentCondition[];
  /** Whether the status estimates progress: not while paused, being scaled or deleted. */
  readonly progress: boolean;
}

/** The writes of one round, which bring the ReplicaSets a step closer to the Deployment. */
export function plan(observed: Observed): Plan {
  const { deployment, now } = observed;
  const drafts = draftsOf(deployment, observed.replicaSets);
  if (isDeleting(deployment)) return finish(observed, drafts, deployment.status?.conditions ?? [], { progress: false, cleanUp: false });
  const conditions = pauseConditions(deployment, now);
  if (deployment.spec?.paused) {
    scale(deployment, drafts);
    return finish(observed, drafts, conditions, { progress: false, cleanUp: true });
  }
  if (wasRescaled(deployment, drafts)) {
    scale(deployment, drafts);
    return finish(observed, drafts, conditions, { progress: false, cleanUp: false });
  }
  if (isRolling(deployment.spec)) rollForward(deployment, drafts);
  else recreate(deployment, drafts, observed.oldPodsRun(drafts.current?.live));
  return finish(observed, drafts, conditions, { progress: true, cleanUp: isComplete(deployment, deployment.status) });
}

function differs({ live, replicas, annotations, minReadySeconds }: Draft): boolean {
  if (live === undefined) return false;
  const before = live.metadata.annotations ?? {};
  const keys = Object.keys(annotations);
  return (
    replicas !== (live.spec?.replicas ?? 1) ||
    (minReadySeconds ?? 0) !== (live.spec?.minReadySeconds ?? 0) ||
    keys.length !== Object.keys(before).length ||
    keys.some((key) => annotations[key] !== before[key])
  );
}

function finish(
  { deployment, now }: Observed,
  drafts: Drafts,
  conditions: readonly DeploymentCondition[],
  { progress, cleanUp }: { progress: boolean; cleanUp: boolean },
): Plan {
  const { current, old } = drafts;
  const revision = current?.annotations[REVISION];
  const shown = deployment.metadata.annotations?.[REVISION];
  return {
    create: current && current.live === undefined ? current : undefined,
    change: allOf(drafts).filter(differs),
    remove: cleanUp ? history(deployment, old) : [],
    current,
    revision: revision === shown ? undefined : revision,
    conditions: current ? noteCurrent(deployment, current, conditions, now) : conditions,
    progress,
  };
}

function noteCurrent(
  deployment: Live<Deployment>,
  current: Draft,
  conditions: readonly DeploymentCondition[],
  now: number,
): readonly DeploymentCondition[] {
  if (progressDeadline(deployment.spec) === undefined) return conditions;
  if (current.live === undefined) {
    return withCondition(conditions, condition(PROGRESSING, 'True', 'NewReplicaSetCreated', `Created new replica set "${current.name}"`, now));
  }
  if (conditionOf(conditions, PROGRESSING)) return conditions;
  return withCondition(conditions, condition(PROGRESSING, 'True', 'FoundNewReplicaSet', `Found new replica set "${current.name}"`, now));
}

/** Old ReplicaSets beyond `revisionHistoryLimit`, the lowest revisions first; none that has or wants pods. */
function history(deployment: Live<Deployment>, old: readonly Draft[]): Live<ReplicaSet>[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  if (limit === 2 ** 31 - 1) return [];
  const kept = old.filter((draft) => draft.live && !isDeleting(draft.live));
  const byRevision = kept.sort((a, b) => Number(revisionOf(a.live ?? {}) - revisionOf(b.live ?? {})));
  return byRevision.slice(0, Math.max(0, kept.length - limit)).flatMap(({ live, replicas, actual }) => {
    const seen = (live?.metadata.generation ?? 0) <= (live?.status?.observedGeneration ?? 0);
    return live && replicas === 0 && actual === 0 && seen ? [live] : [];
  });
}
