import type { Kind } from '../../../api/definition/kind.ts';
import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { DaemonSet, DaemonSetStatus } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import { isEmptySelector } from '../../../api/validation/label-selector.ts';
import { oncePer } from '../../../base/once-per.ts';
import { claim } from '../../../runtime/control/claim.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, orphansIn } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { removeRevisions } from '../../_shared/revisions/revision-writes.ts';
import { defined } from '../../_shared/status-fields.ts';
import type { ApplyParts } from './apply.ts';
import { apply } from './apply.ts';
import { byNode } from './daemon-pod.ts';
import type { FailedPodBackoff } from './failed-pod-backoff.ts';
import { backoffKey } from './failed-pod-backoff.ts';
import { ensureHistory, expiredRevisions } from './history.ts';
import { placementOf } from './placement.ts';
import { plan } from './plan.ts';
import type { Ended, Observed, Plan } from './round.ts';
import { nextAvailability, planStatus } from './status.ts';

export interface DaemonSetKinds {
  readonly daemonSets: Kind<DaemonSet>;
  readonly revisions: Kind<ControllerRevision>;
  readonly pods: Kind<Pod>;
  readonly nodes: Kind<Node>;
}

export interface DaemonSetParts extends ApplyParts {
  readonly env: ControllerEnv;
  readonly kinds: DaemonSetKinds;
  readonly backoff: FailedPodBackoff;
}

/** Keeps a pod on each node that should run one, replaces old pods, and keeps revisions and status up to date. */
export function createDaemonSetReconcile(parts: DaemonSetParts): Reconcile {
  const { env, kinds, expectations } = parts;
  const sets = env.informers.of(kinds.daemonSets);
  const pods = env.informers.of(kinds.pods);
  const nodes = env.informers.of(kinds.nodes);
  const revisions = env.informers.of(kinds.revisions);
  return async (key) => {
    const set = sets.get(key);
    if (set === undefined) {
      expectations.forget(keyText(key));
      return DONE;
    }
    if (set.spec?.selector && isEmptySelector(set.spec.selector)) {
      env.recorder.event(set, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.');
      return DONE;
    }
    // Its revisions may be deleted before its pods are: nothing about it can be counted any more.
    if (isDeleting(set)) return DONE;
    // Asked before the pods are read: objects observed by now are among those read next.
    const settled = expectations.satisfied(keyText(key));
    const owned = await claimed(parts, set, kinds.pods, pods);
    const history = await ensureHistory({ ...kinds, client: env.client }, set, await claimed(parts, set, kinds.revisions, revisions), owned);
    if (history === 'relabelled') return DONE;
    if (history === 'collision') return collided(parts, set);
    const { hash, old } = history;
    const generation = set.status?.observedGeneration ?? 0;
    const observed: Observed = {
      set,
      nodes: nodes.list(),
      placement: oncePer(placementOf(set)),
      pods: byNode(owned),
      hash,
      now: env.clock.now(),
      keptFor: (nodeName) => parts.backoff.left(backoffKey(set.metadata.uid, generation, nodeName)),
    };
    const round = settled ? plan(observed) : undefined;
    const failure = round && (await act(parts, set, round, hash));
    if (settled && failure === undefined) await removeRevisions(env.client, kinds.revisions, expiredRevisions(set, old, owned));
    await writeStatus(parts, set, planStatus(observed, settled));
    if (failure !== undefined) throw failure;
    return recheck(round?.retryAfterMs, nextAvailability(set, observed));
  };
}

/** Returns the objects of the set, once it has adopted and released what it should. */
async function claimed<T extends KubeObject>(
  { env, kinds }: DaemonSetParts,
  set: Live<DaemonSet>,
  kind: Kind<T>,
  objects: Informer<T>,
): Promise<Live<T>[]> {
  const selector = selectorFrom(set.spec?.selector);
  const candidates = [...controlledBy(objects, set.metadata.uid), ...orphansIn(objects, set.metadata.namespace ?? '')];
  const { owned, error } = await claim(env.client, kinds.daemonSets, set, kind, candidates, ({ metadata }) => selector.matches(metadata.labels));
  if (error !== undefined) throw error;
  return owned;
}

async function act(parts: DaemonSetParts, set: Live<DaemonSet>, round: Plan, hash: string): Promise<unknown> {
  const { recorder } = parts.env;
  const generation = set.status?.observedGeneration ?? 0;
  const name = ({ pod, nodeName }: Ended) => `${keyText(keyOf(pod))} on node ${nodeName}`;
  for (const ended of round.failed) {
    parts.backoff.replaced(backoffKey(set.metadata.uid, generation, ended.nodeName));
    recorder.event(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${name(ended)}, will try to kill it`);
  }
  for (const ended of round.succeeded) {
    recorder.event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${name(ended)}, will try to delete it`);
  }
  return apply(parts, set, round, hash);
}

/** Counts a collision of hashes: the next round makes another name. */
async function collided(parts: DaemonSetParts, set: Live<DaemonSet>): Promise<Result> {
  const status = set.status ?? { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  const next = { ...set, status: { ...status, collisionCount: (status.collisionCount ?? 0) + 1 } };
  await parts.env.client.update(parts.kinds.daemonSets, next, { subresource: 'status' });
  return DONE;
}

async function writeStatus({ env, kinds }: DaemonSetParts, set: Live<DaemonSet>, status: DaemonSetStatus): Promise<void> {
  if (semanticallyEqual(set.status, status)) return;
  try {
    await env.client.update(kinds.daemonSets, { ...set, status }, { subresource: 'status' });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error)) throw error;
    // Someone wrote the object meanwhile: the counts still hold, so they are written to the fresh object once, with the generation they were
    // made from. The conditions are those of others.
    const fresh = await env.client.get(kinds.daemonSets, keyOf(set));
    if (fresh.metadata.uid !== set.metadata.uid) return;
    const { collisionCount, conditions } = fresh.status ?? {};
    await env.client.update(kinds.daemonSets, { ...fresh, status: defined({ ...status, collisionCount, conditions }) }, { subresource: 'status' });
  }
}

function recheck(...waits: readonly (number | undefined)[]): Result {
  const due = waits.filter((wait) => wait !== undefined);
  return due.length === 0 ? DONE : { requeueAfterMs: Math.min(...due) };
}
