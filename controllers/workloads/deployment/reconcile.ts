import type { Kind } from '../../../api/definition/kind.ts';
import type { Deployment, DeploymentStatus } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import { isEmptySelector } from '../../../api/validation/label-selector.ts';
import { claim } from '../../../runtime/control/claim.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, controllerOf, controllerRefTo, orphansIn } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { conditionOf, withCondition, withoutCondition } from '../../_shared/conditions.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { INVALID_SPEC, invalidSpec } from '../../_shared/invalid-spec.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../../_shared/refusals.ts';
import { REVISION } from './annotations.ts';
import type { Draft } from './draft.ts';
import { replicaSetOf } from './draft.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';
import { condition, nextProgressCheck, PROGRESSING, planRolloutStatus, planStatus, progressDeadline, REPLICA_FAILURE } from './status.ts';
import { sameTemplate } from './template.ts';

export interface DeploymentKinds {
  readonly deployments: Kind<Deployment>;
  readonly replicaSets: Kind<ReplicaSet>;
  readonly pods: Kind<Pod>;
}

interface DeploymentParts {
  readonly env: ControllerEnv;
  readonly kinds: DeploymentKinds;
}

const selectsAll = ({ spec }: Deployment): boolean => spec?.selector !== undefined && isEmptySelector(spec.selector);

/** Brings the ReplicaSets a step closer to the Deployment, and its status up to date. */
export function createDeploymentReconcile(env: ControllerEnv, kinds: DeploymentKinds): Reconcile {
  const parts: DeploymentParts = { env, kinds };
  const deployments = env.informers.of(kinds.deployments);
  const replicaSets = env.informers.of(kinds.replicaSets);
  const pods = env.informers.of(kinds.pods);
  return async (key) => {
    const deployment = deployments.get(key);
    if (deployment === undefined) return DONE;
    if (selectsAll(deployment)) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      env.recorder.event(deployment, 'Warning', 'SelectingAll', message);
      return writeStatus(parts, deployment, { ...deployment.status, observedGeneration: deployment.metadata.generation });
    }
    const fault = invalidSpec({ selector: undefined, ...deployment.spec });
    if (fault !== undefined) return refuse(parts, deployment, fault);
    const selector = selectorFrom(deployment.spec?.selector);
    const candidates = [...controlledBy(replicaSets, deployment.metadata.uid), ...orphansIn(replicaSets, key.namespace)];
    const matches = (rs: Live<ReplicaSet>) => selector.matches(rs.metadata.labels);
    const claimed = await claim(env.client, kinds.deployments, deployment, kinds.replicaSets, candidates, matches);
    if (claimed.error !== undefined) throw claimed.error;
    const oldPodsRun = (current: Live<ReplicaSet> | undefined) =>
      claimed.owned.some(
        (rs) => rs !== current && ((rs.status?.replicas ?? 0) > 0 || controlledBy(pods, rs.metadata.uid).some((pod) => !isTerminal(pod))),
      );
    const round = plan({ deployment, replicaSets: claimed.owned, oldPodsRun, now: env.clock.now() });
    return apply(parts, deployment, claimed.owned, round);
  };
}

/** Leaves the ReplicaSets as they are until the spec is changed, and says why in an event and a condition. */
function refuse(parts: DeploymentParts, deployment: Live<Deployment>, message: string): Promise<Result> {
  const { recorder, clock } = parts.env;
  const conditions = deployment.status?.conditions ?? [];
  const isTold = conditionOf(conditions, REPLICA_FAILURE)?.message === message;
  if (!isTold) recorder.event(deployment, 'Warning', INVALID_SPEC, message);
  const failure = condition(REPLICA_FAILURE, 'True', INVALID_SPEC, message, clock.now());
  return writeStatus(parts, deployment, {
    ...deployment.status,
    observedGeneration: deployment.metadata.generation,
    conditions: isTold ? conditions : [...withoutCondition(conditions, REPLICA_FAILURE), failure],
  });
}

async function apply(parts: DeploymentParts, observed: Live<Deployment>, owned: readonly Live<ReplicaSet>[], round: Plan): Promise<Result> {
  const { env, kinds } = parts;
  const after = new Map(owned.map((rs) => [rs.metadata.name, rs]));
  if (round.create) {
    const created = await create(parts, observed, round.create);
    if (created === undefined) return DONE;
    after.set(created.metadata.name, created);
  }
  for (const draft of round.change) {
    const changed = await change(parts, observed, draft);
    after.set(changed.metadata.name, changed);
  }
  for (const replicaSet of round.remove) {
    const { uid, resourceVersion } = replicaSet.metadata;
    await unlessGone(env.client.delete(kinds.replicaSets, keyOf(replicaSet), { preconditions: { uid, resourceVersion } }));
    after.delete(replicaSet.metadata.name);
  }
  const now = env.clock.now();
  const input = {
    deployment: observed,
    replicaSets: [...after.values()],
    current: round.current ? after.get(round.current.name) : undefined,
    conditions: round.conditions,
    now,
  };
  const status = round.progress ? planRolloutStatus(input) : planStatus(input);
  return round.revision === undefined ? writeStatus(parts, observed, status, now) : writeRevision(parts, observed, round.revision, status, now);
}

/**
 * Writes the revision with the status, which leaves the generation as it is. The status of a custom resource takes no annotation along;
 * there the revision is written in a second request.
 */
async function writeRevision(
  parts: DeploymentParts,
  deployment: Live<Deployment>,
  revision: string,
  status: DeploymentStatus,
  now: number,
): Promise<Result> {
  const { client } = parts.env;
  const annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
  const next = { ...deployment, metadata: { ...deployment.metadata, annotations }, status };
  const written = await unlessGone(client.update(parts.kinds.deployments, next, { subresource: 'status' }));
  if (written && written.metadata.annotations?.[REVISION] !== revision) {
    const { uid, resourceVersion } = written.metadata;
    const body = { metadata: { uid, resourceVersion, annotations: { [REVISION]: revision } } };
    await unlessGone(client.patch(parts.kinds.deployments, keyOf(deployment), { type: 'merge', body }));
  }
  return recheck(deployment, status, now);
}

async function writeStatus({ env, kinds }: DeploymentParts, deployment: Live<Deployment>, status: DeploymentStatus, now?: number): Promise<Result> {
  if (!semanticallyEqual(deployment.status, status)) {
    await unlessGone(env.client.update(kinds.deployments, { ...deployment, status }, { subresource: 'status' }));
  }
  return now === undefined ? DONE : recheck(deployment, status, now);
}

function recheck(deployment: Live<Deployment>, status: DeploymentStatus, now: number): Result {
  const requeueAfterMs = nextProgressCheck(deployment, status, now);
  return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
}

const scaled = (name: string, from: number, to: number): string => `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`;

async function change({ env, kinds }: DeploymentParts, deployment: Live<Deployment>, draft: Draft): Promise<Live<ReplicaSet>> {
  if (draft.live === undefined) throw new Error(`replica set ${draft.name} is not there to be changed`);
  const { metadata, spec } = draft.live;
  const before = spec?.replicas ?? 1;
  const next: ReplicaSet = {
    ...draft.live,
    metadata: { ...metadata, annotations: { ...draft.annotations } },
    spec: {
      ...spec,
      selector: spec?.selector ?? {},
      replicas: draft.replicas,
      ...(draft.minReadySeconds === undefined ? {} : { minReadySeconds: draft.minReadySeconds }),
    },
  };
  const changed = await env.client.update(kinds.replicaSets, next);
  if (draft.replicas !== before) env.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', scaled(draft.name, before, draft.replicas));
  return changed;
}

/**
 * Creates the ReplicaSet of the plan. One of that name may exist: ours, which the cache does not show yet (its event brings the key back),
 * or another template's with the same hash, which increments the collision count.
 * @returns undefined if the round ends here
 */
async function create(parts: DeploymentParts, deployment: Live<Deployment>, draft: Draft): Promise<Live<ReplicaSet> | undefined> {
  const { env, kinds } = parts;
  const replicaSet = replicaSetOf(deployment, draft);
  const metadata = { ...replicaSet.metadata, ownerReferences: [controllerRefTo(kinds.deployments, deployment)] };
  try {
    const created = await env.client.create(kinds.replicaSets, { ...replicaSet, metadata });
    if (draft.replicas > 0) env.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', scaled(draft.name, 0, draft.replicas));
    return created;
  } catch (error) {
    if (isAlreadyExists(error)) {
      const there = await env.client.get(kinds.replicaSets, { namespace: deployment.metadata.namespace ?? '', name: draft.name });
      const ours = controllerOf(there)?.uid === deployment.metadata.uid && sameTemplate(there.spec?.template, deployment.spec?.template);
      if (!ours) await writeStatus(parts, deployment, { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 });
      return undefined;
    }
    // Nothing can be created in a terminating namespace any more.
    if (isNamespaceTerminating(error)) return undefined;
    const message = `Failed to create new replica set "${draft.name}": ${messageOf(error)}`;
    env.recorder.event(deployment, 'Warning', 'ReplicaSetCreateError', message);
    if (progressDeadline(deployment.spec) !== undefined) {
      const failed = condition(PROGRESSING, 'False', 'ReplicaSetCreateError', message, env.clock.now());
      await writeStatus(parts, deployment, { ...deployment.status, conditions: withCondition(deployment.status?.conditions ?? [], failed) });
    }
    throw error;
  }
}
