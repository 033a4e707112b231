import type { ReplicaSetStatus } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import { claim } from '../../../runtime/control/claim.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, controllerOf, orphansIn } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import { slowStart } from '../../../runtime/control/slow-start.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../equality.ts';
import { INVALID_SPEC, invalidSpec } from '../invalid-spec.ts';
import { isActive, isTerminal } from '../pod-state.ts';
import { isNamespaceTerminating, messageOf } from '../refusals.ts';
import type { ReplicaKinds } from './kinds.ts';
import type { ReplicaOwner, ReplicaPlan } from './plan.ts';
import { failureOf, nextAvailability, planReplicas, planStatus, withConditionsOf } from './plan.ts';
import type { PodControl } from './pod-control.ts';

/** The parts that the reconcile function of a replica controller is made of. */
export interface ReplicaParts<T extends ReplicaOwner> {
  readonly env: ControllerEnv;
  readonly kinds: ReplicaKinds<T>;
  readonly owners: Informer<T>;
  readonly pods: Informer<Pod>;
  readonly expectations: Expectations;
  readonly podControl: PodControl;
}

/** Keeps as many pods as `spec.replicas` says, and the status up to date. */
export function createReplicaReconcile<T extends ReplicaOwner>(parts: ReplicaParts<T>): Reconcile {
  const { env, kinds, owners, pods, expectations } = parts;
  return async (key) => {
    const owner = owners.get(key);
    if (owner === undefined) {
      expectations.forget(keyText(key));
      return DONE;
    }
    const fault = invalidSpec({ ...owner.spec, selector: kinds.selectorOf(owner) });
    if (fault !== undefined) return refuse(parts, owner, fault);
    const selector = selectorFrom(kinds.selectorOf(owner));
    // Asked before the pods are read: objects observed by now are among those read next.
    const settled = expectations.satisfied(keyText(key));
    const candidates = [...controlledBy(pods, owner.metadata.uid), ...orphansIn(pods, key.namespace)];
    const matches = (pod: Live<Pod>) => selector.matches(pod.metadata.labels);
    const claimed = await claim(env.client, kinds.owners, owner, kinds.pods, candidates.filter(isActive), matches);
    if (claimed.error !== undefined) throw claimed.error;
    const active = claimed.owned;

    let failure: unknown;
    if (settled && !isDeleting(owner)) {
      const plan = planReplicas(owner.spec?.replicas ?? 1, active, () => family(parts, owner), env.clock.now());
      failure = await apply(parts, owner, plan);
    }
    const terminating = candidates.filter((pod) => isDeleting(pod) && !isTerminal(pod) && controllerOf(pod) && matches(pod)).length;
    const now = env.clock.now();
    const status = planStatus(owner, {
      active,
      ...(kinds.countsTerminating ? { terminating } : {}),
      failure: failure === undefined ? undefined : { message: messageOf(failure) },
      now,
    });
    await writeStatus(parts, owner, status);
    if (failure !== undefined) throw failure;
    const requeueAfterMs = nextAvailability(active, owner.spec?.minReadySeconds ?? 0, now);
    return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
  };
}

/** Leaves the pods as they are until the spec is changed, and says why in an event and a condition. */
async function refuse<T extends ReplicaOwner>(parts: ReplicaParts<T>, owner: Live<T>, message: string): Promise<Result> {
  const { env, kinds, pods } = parts;
  const failure = { message, reason: INVALID_SPEC };
  const owned = controlledBy(pods, owner.metadata.uid);
  const terminating = owned.filter((pod) => isDeleting(pod) && !isTerminal(pod)).length;
  const counts = { active: owned.filter(isActive), ...(kinds.countsTerminating ? { terminating } : {}) };
  const status = planStatus(owner, { ...counts, failure, now: env.clock.now() });
  if (failureOf(owner)?.message !== message) env.recorder.event(owner, 'Warning', INVALID_SPEC, message);
  await writeStatus(parts, owner, status);
  return DONE;
}

/** Returns the active pods of the owner and of its siblings under one controller. */
function family<T extends ReplicaOwner>({ owners, pods }: ReplicaParts<T>, owner: Live<T>): Live<Pod>[] {
  const parent = controllerOf(owner);
  const siblings = parent ? controlledBy(owners, parent.uid) : [owner];
  return siblings.flatMap((sibling) => controlledBy(pods, sibling.metadata.uid).filter(isActive));
}

/** Carries out the plan. Expectations are declared before the writes, and taken back for those that failed. Returns the first error. */
async function apply<T extends ReplicaOwner>(parts: ReplicaParts<T>, owner: Live<T>, plan: ReplicaPlan): Promise<unknown> {
  const { expectations, podControl } = parts;
  const key = keyText(keyOf(owner));
  if (plan.do === 'create') {
    expectations.expectCreations(key, plan.count);
    const { successes, error } = await slowStart(plan.count, async () => {
      try {
        await podControl.create(owner, owner.spec?.template);
      } catch (caught) {
        if (!isNamespaceTerminating(caught)) throw caught;
      }
    });
    for (let i = successes; i < plan.count; i++) expectations.creationObserved(key);
    return error;
  }
  if (plan.do === 'delete') {
    expectations.expectDeletions(
      key,
      plan.pods.map((pod) => pod.metadata.uid),
    );
    const errors = await Promise.all(
      plan.pods.map(async (pod) => {
        try {
          await podControl.delete(owner, pod);
        } catch (caught) {
          expectations.deletionObserved(key, pod.metadata.uid);
          // Deleted already, or replaced by another pod of that name.
          if (!isNotFound(caught) && !isConflict(caught)) return caught;
        }
      }),
    );
    return errors.find((error) => error !== undefined);
  }
  return undefined;
}

async function writeStatus<T extends ReplicaOwner>({ env, kinds }: ReplicaParts<T>, owner: Live<T>, status: ReplicaSetStatus): Promise<void> {
  if (semanticallyEqual(owner.status, status)) return;
  try {
    await env.client.update(kinds.owners, { ...owner, status }, { subresource: 'status' });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error)) throw error;
    // Someone wrote the object meanwhile: the counts still hold, so they are written to the fresh object once, with the generation they were
    // made from. The conditions are those of others, but for this controller's own.
    const fresh = await env.client.get(kinds.owners, keyOf(owner));
    if (fresh.metadata.uid !== owner.metadata.uid) return;
    await env.client.update(kinds.owners, { ...fresh, status: withConditionsOf(fresh, status) }, { subresource: 'status' });
  }
}
