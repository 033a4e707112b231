import type { Kind } from '../../../api/definition/kind.ts';
import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { StatefulSet, StatefulSetStatus } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import { claim } from '../../../runtime/control/claim.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, orphansIn } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { slowStart } from '../../../runtime/control/slow-start.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import type { Turn } from '../../_shared/replicas/turns.ts';
import type { Revision } from '../../_shared/revisions/history.ts';
import { templateOf } from '../../_shared/revisions/revision-data.ts';
import { removeRevisions } from '../../_shared/revisions/revision-writes.ts';
import { defined } from '../../_shared/status-fields.ts';
import { ensureRevisions, expiredRevisions } from './history.ts';
import { isOrdered, parsePodName } from './ordinals.ts';
import { perform } from './perform.ts';
import type { Action, Plan, PodRevision } from './plan.ts';
import { plan } from './plan.ts';
import { nextAvailability, planStatus } from './status.ts';

export interface StatefulSetKinds {
  readonly statefulSets: Kind<StatefulSet>;
  readonly revisions: Kind<ControllerRevision>;
  readonly pods: Kind<Pod>;
  readonly claims: Kind<PersistentVolumeClaim>;
}

export interface StatefulSetParts {
  readonly env: ControllerEnv;
  readonly kinds: StatefulSetKinds;
  /** Limits the calls at once. */
  readonly turn: Turn;
}

type Set = Live<StatefulSet>;

/** Brings pods and claims a step closer to the set, and keeps revisions and status up to date. */
export function createStatefulSetReconcile(parts: StatefulSetParts): Reconcile {
  const { env, kinds } = parts;
  const sets = env.informers.of(kinds.statefulSets);
  const claims = env.informers.of(kinds.claims);
  return async (key) => {
    const set = sets.get(key);
    if (set === undefined || !set.spec?.selector) return DONE;
    const revisions = await ownedRevisions(parts, set);
    const pods = await ownedPods(parts, set);
    if (isDeleting(set)) return count(parts, set, pods);
    const history = await ensureRevisions({ ...kinds, client: env.client }, set, revisions);
    const round = plan({
      kinds,
      set,
      pods,
      claim: (name) => claims.get({ namespace: key.namespace, name }),
      current: podRevision(history.current),
      update: podRevision(history.update),
      now: env.clock.now(),
    });
    const { replaced, error } = await apply(parts, set, round);
    const now = env.clock.now();
    const names = { current: history.current.metadata.name, update: history.update.metadata.name };
    await writeStatus(parts, set, planStatus({ set, pods, ...names, collisionCount: history.collisionCount, replaced, now }));
    if (error !== undefined) throw error;
    await removeRevisions(env.client, kinds.revisions, expiredRevisions(set, revisions, history, pods));
    const requeueAfterMs = nextAvailability(set, pods, now);
    return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
  };
}

const podRevision = (revision: Revision): PodRevision => ({ name: revision.metadata.name, template: templateOf(revision) });

/** Returns the objects of the set among the candidates, once it has adopted and released what it should. */
async function claimed<T extends KubeObject>(
  { env, kinds }: StatefulSetParts,
  set: Set,
  kind: Kind<T>,
  matches: (object: Live<T>) => boolean,
): Promise<Live<T>[]> {
  const objects = env.informers.of(kind);
  const candidates = [...controlledBy(objects, set.metadata.uid), ...orphansIn(objects, set.metadata.namespace ?? '')];
  const { owned, error } = await claim(env.client, kinds.statefulSets, set, kind, candidates, matches);
  if (error !== undefined) throw error;
  return owned;
}

const ownedRevisions = (parts: StatefulSetParts, set: Set): Promise<Revision[]> => {
  const { matches } = selectorFrom(set.spec?.selector);
  return claimed(parts, set, parts.kinds.revisions, ({ metadata }) => matches(metadata.labels));
};

/** A pod is a member by its labels and by its name. */
const ownedPods = (parts: StatefulSetParts, set: Set): Promise<Live<Pod>[]> => {
  const { matches } = selectorFrom(set.spec?.selector);
  return claimed(parts, set, parts.kinds.pods, ({ metadata }) => matches(metadata.labels) && parsePodName(metadata.name)?.set === set.metadata.name);
};

/** Writes the status of a set that is being deleted: its revisions may be gone, and nothing else is done. */
async function count(parts: StatefulSetParts, set: Set, pods: readonly Live<Pod>[]): Promise<Result> {
  const { currentRevision = '', updateRevision = '', collisionCount = 0 } = set.status ?? {};
  const now = parts.env.clock.now();
  await writeStatus(parts, set, planStatus({ set, pods, current: currentRevision, update: updateRevision, collisionCount, replaced: 0, now }));
  return DONE;
}

interface Outcome {
  /** The number of pods that were deleted for an update. */
  readonly replaced: number;
  readonly error?: unknown;
}

/** Carries out the phases of a plan, up to the first that fails. */
async function apply({ env, kinds, turn }: StatefulSetParts, set: Set, { phases }: Plan): Promise<Outcome> {
  let replaced = 0;
  const run = async (action: Action) => {
    await perform({ env, kinds }, set, action);
    if (action.do === 'delete' && action.why === 'update') replaced++;
  };
  for (const phase of phases) {
    const { error } = isOrdered(set)
      ? await inOrder(phase, run)
      : await slowStart(phase.length, (index) => turn(async () => runAt(phase, index, run)));
    if (error !== undefined) return { replaced, error };
  }
  return { replaced };
}

async function runAt(phase: readonly Action[], index: number, run: (action: Action) => Promise<void>): Promise<void> {
  const action = phase[index];
  if (action) await run(action);
}

async function inOrder(phase: readonly Action[], run: (action: Action) => Promise<void>): Promise<{ error?: unknown }> {
  try {
    for (const action of phase) await run(action);
    return {};
  } catch (error) {
    return { error };
  }
}

async function writeStatus({ env, kinds }: StatefulSetParts, set: Set, status: StatefulSetStatus): Promise<void> {
  if (semanticallyEqual(set.status, status)) return;
  try {
    await env.client.update(kinds.statefulSets, { ...set, status }, { subresource: 'status' });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error)) throw error;
    // Someone wrote the object meanwhile: the counts still hold, so they are written to the fresh object once, with the generation they were
    // made from. The conditions are those of others.
    const fresh = await env.client.get(kinds.statefulSets, keyOf(set));
    if (fresh.metadata.uid !== set.metadata.uid) return;
    const counts = defined({ ...status, conditions: fresh.status?.conditions });
    await env.client.update(kinds.statefulSets, { ...fresh, status: counts }, { subresource: 'status' });
  }
}
