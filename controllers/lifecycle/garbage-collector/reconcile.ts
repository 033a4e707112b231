import type { Kind } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import type { GraphNode, OwnerGraph } from './graph.ts';
import { FOREGROUND, groupOf, isNamedBy, ORPHAN } from './graph.ts';
import type { OwnerState } from './plan.ts';
import { blocking, decide } from './plan.ts';

export interface CollectorParts {
  readonly env: ControllerEnv;
  readonly graph: OwnerGraph;
  /** Returns the kinds that are collected now. */
  readonly kinds: () => readonly Kind[];
  /** Enqueues the object with this UID. */
  readonly look: (uid: string) => void;
  /** Whether all kinds have delivered their first list, so that an object missing from the graph may be looked for. */
  readonly synced: () => boolean;
}

const NOT_SYNCED_MS = 200;
/** An owner's kind may be served again later; until then it is unknown whether the owner exists. */
const UNKNOWN_KIND_MS = 30_000;
/**
 * An owner that is there, but not in the graph, is asked for again: its kind may not be followed yet, and nobody would tell of its deletion. So
 * does upstream with what its monitors have not observed (pkg/controller/garbagecollector, attemptToDeleteWorker).
 */
const UNSEEN_OWNER_MS = 10_000;
/** Limits the dependents that are released at once. */
const ORPHANED_AT_ONCE = 32;

/** The key's name is a UID. Objects are taken from the informers, and every write names UID and revision. */
export function createCollectorReconcile(parts: CollectorParts): Reconcile {
  const { env, graph } = parts;
  return async ({ name: uid }) => {
    if (!parts.synced()) return { requeueAfterMs: NOT_SYNCED_MS };
    const node = graph.get(uid);
    if (node === undefined) return DONE;
    const object = env.informers.metadataOf(node.kind).get(node);
    if (object?.metadata.uid !== uid) return DONE;
    if (node.orphaning) return orphan(parts, node, object);
    if (node.deletingDependents) return finishForeground(parts, node, object);
    if (node.deleting) return DONE;
    return collect(parts, node, object);
  };
}

async function collect(parts: CollectorParts, node: GraphNode, object: Live): Promise<Result> {
  const { env, graph } = parts;
  const owners: { reference: OwnerReference; state: OwnerState }[] = [];
  let done: Result = DONE;
  for (const reference of object.metadata.ownerReferences ?? []) {
    const state = await stateOf(parts, node, object, reference);
    if (state === 'unknown') return { requeueAfterMs: UNKNOWN_KIND_MS };
    owners.push({ reference, state });
    if (state !== 'dangling' && graph.get(reference.uid) === undefined) done = { requeueAfterMs: UNSEEN_OWNER_MS };
  }
  const decision = decide(object, owners, graph.dependentsOf(node.uid));
  const { uid, resourceVersion } = object.metadata;
  if (decision.do === 'drop-owners') await dropOwners(env, node.kind, object, new Set(decision.uids));
  if (decision.do !== 'delete') return done;
  const current = decision.unblock ? await unblock(env, node.kind, object) : object;
  if (current === undefined) return DONE;
  const preconditions = { uid, resourceVersion: decision.unblock ? current.metadata.resourceVersion : resourceVersion };
  try {
    await env.client.delete(node.kind, keyOf(object), { preconditions, propagationPolicy: decision.policy });
  } catch (error) {
    if (isNotFound(error)) return DONE;
    if (!isConflict(error)) throw error;
    // It changed, or became another: the cache will show it in a moment.
    return { requeueAfterMs: 20 };
  }
  return DONE;
}

/** Whether an owner is there. What the graph has is trusted: its deletion would bring the dependent back. What it lacks is asked for. */
async function stateOf(parts: CollectorParts, node: GraphNode, object: Live, reference: OwnerReference): Promise<OwnerState | 'unknown'> {
  const { env, graph } = parts;
  const known = graph.get(reference.uid);
  if (known && isNamedBy(known, reference, node)) return known.deletingDependents ? 'waiting' : 'solid';
  if (known?.kind.namespaced && known.namespace !== node.namespace) invalidNamespace(parts, node, object, reference);
  if (!known && graph.isGone(reference.uid)) return 'dangling';
  const kind = parts.kinds().find((candidate) => candidate.kind === reference.kind && candidate.group === groupOf(reference));
  if (kind === undefined) return 'unknown';
  // A cluster-scoped object cannot be owned by one in a namespace: in which should it be looked for?
  if (kind.namespaced && !node.kind.namespaced) return 'solid';
  const owner = await unlessGone(env.client.get(kind, { namespace: kind.namespaced ? node.namespace : '', name: reference.name }));
  if (owner?.metadata.uid !== reference.uid) return 'dangling';
  return owner.metadata.deletionTimestamp !== undefined && owner.metadata.finalizers?.includes(FOREGROUND) ? 'waiting' : 'solid';
}

function invalidNamespace({ env }: CollectorParts, node: GraphNode, object: Live, reference: OwnerReference): void {
  const { apiVersion, kind, name, uid } = reference;
  const text = `[${apiVersion}/${kind}, namespace: ${node.namespace}, name: ${name}, uid: ${uid}]`;
  env.recorder.event(
    { apiVersion: apiVersionOf(node.kind), kind: node.kind.kind, ...object },
    'Warning',
    'OwnerRefInvalidNamespace',
    `ownerRef ${text} does not exist in namespace "${node.namespace}"`,
  );
}

const identity = ({ metadata: { uid, resourceVersion } }: Live) => ({ uid, resourceVersion });

async function dropOwners(env: ControllerEnv, kind: Kind, object: Live, uids: ReadonlySet<string>): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
  await unlessGone(env.client.patch(kind, keyOf(object), { type: 'merge', body: { metadata: { ...identity(object), ownerReferences } } }));
}

function unblock(env: ControllerEnv, kind: Kind, object: Live): Promise<Live | undefined> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false }));
  return unlessGone(env.client.patch(kind, keyOf(object), { type: 'merge', body: { metadata: { ...identity(object), ownerReferences } } }));
}

async function removeFinalizer(env: ControllerEnv, kind: Kind, object: Live, finalizer: string): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  await unlessGone(env.client.patch(kind, keyOf(object), { type: 'merge', body: { metadata: { ...identity(object), finalizers } } }));
}

async function finishForeground({ env, graph, look }: CollectorParts, node: GraphNode, object: Live): Promise<Result> {
  const blockers = blocking(node, graph.dependentsOf(node.uid));
  if (blockers.length === 0) await removeFinalizer(env, node.kind, object, FOREGROUND);
  for (const dependent of blockers) if (!dependent.deleting) look(dependent.uid);
  return DONE;
}

/** Lets all dependents go, then the owner. */
async function orphan({ env, graph }: CollectorParts, node: GraphNode, object: Live): Promise<Result> {
  const uids = new Set([node.uid]);
  const dependents = graph.dependentsOf(node.uid);
  for (let next = 0; next < dependents.length; next += ORPHANED_AT_ONCE) {
    const batch = dependents.slice(next, next + ORPHANED_AT_ONCE).map(async (dependent) => {
      const key: ObjectKey = dependent;
      const live = env.informers.metadataOf(dependent.kind).get(key);
      if (live?.metadata.uid === dependent.uid) await dropOwners(env, dependent.kind, live, uids);
    });
    await Promise.all(batch);
  }
  await removeFinalizer(env, node.kind, object, ORPHAN);
  return DONE;
}
