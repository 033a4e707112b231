import type { Kind } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { hasReason, isNotFound } from '../../../api/meta/status-error.ts';
import { exponentialDelay } from '../../../base/backoff.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { FoundKinds, ServedKinds } from '../../_shared/served-kinds.ts';
import { isContent } from '../../_shared/served-kinds.ts';
import type { Outcome, Remaining } from './plan.ts';
import { planConditions, remainingOf } from './plan.ts';

export interface NamespaceKinds {
  readonly namespaces: Kind<Namespace>;
  readonly pods: Kind<Pod>;
  /**
   * Finds all kinds. Called in each attempt: kinds come and go, and an object of a kind that came since must not outlive its namespace.
   * If some are not known, the others are deleted, and the namespace stays.
   */
  readonly discover: ServedKinds['discover'];
}

const FINALIZER = 'kubernetes';
/** The delay before the next attempt, longer each time that nothing was deleted. The end of the last pod is noticed sooner. */
const LOOK_AGAIN = { initialMs: 1000, maxMs: 8000 };

/** The number of objects that remained at the last attempts, and how many attempts in a row found that number. */
interface Standstill {
  readonly left: number;
  readonly looks: number;
}

/** Empties terminating namespaces: deletes pods first and the rest once the last pod is gone; then removes the finalizer. */
export function createNamespaceReconcile(env: ControllerEnv, kinds: NamespaceKinds): Reconcile {
  const namespaces = env.informers.of(kinds.namespaces);
  const standstills = new Map<string, Standstill>();
  return async (key) => {
    const before = standstills.get(key.name);
    standstills.delete(key.name);
    const cached = namespaces.get(key);
    if (cached === undefined || !isDeleting(cached)) return DONE;
    // The finalizer must not go by a stale cache: read what there is.
    const namespace = await unlessGone(env.client.get(kinds.namespaces, key));
    if (namespace === undefined || namespace.metadata.uid !== cached.metadata.uid || !isDeleting(namespace)) return DONE;
    if (!(namespace.spec?.finalizers ?? []).includes(FINALIZER)) return DONE;
    const outcome = await empty(env, kinds, key.name);
    const left = outcome.remaining.reduce((sum, { count }) => sum + count, 0);
    const failed = outcome.discoveryError !== undefined || outcome.deletionErrors.length > 0;
    const updated = await writeConditions(env, kinds, namespace, outcome);
    if (updated === undefined) return DONE;
    if (failed)
      throw new Error(`namespace ${key.name} is not empty: ${[outcome.discoveryError, ...outcome.deletionErrors].filter(Boolean).join(', ')}`);
    if (left > 0) {
      const looks = before?.left === left ? before.looks + 1 : 0;
      standstills.set(key.name, { left, looks });
      return { requeueAfterMs: exponentialDelay(looks, LOOK_AGAIN.initialMs, LOOK_AGAIN.maxMs) };
    }
    const finalizers = (updated.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    await unlessGone(env.client.update(kinds.namespaces, { ...updated, spec: { ...updated.spec, finalizers } }, { subresource: 'finalize' }));
    return DONE;
  };
}

async function writeConditions(
  env: ControllerEnv,
  kinds: NamespaceKinds,
  namespace: Live<Namespace>,
  outcome: Outcome,
): Promise<Live<Namespace> | undefined> {
  const conditions = planConditions(namespace.status?.conditions ?? [], outcome, env.clock.now());
  const status = { ...namespace.status, phase: 'Terminating', conditions };
  if (semanticallyEqual(namespace.status, status)) return namespace;
  return unlessGone(env.client.update(kinds.namespaces, { ...namespace, status }, { subresource: 'status' }));
}

async function empty(env: ControllerEnv, kinds: NamespaceKinds, namespace: string): Promise<Outcome> {
  const pods = await emptyKind(env, kinds.pods, namespace);
  // Objects that the pods use (config, accounts, policies) outlive them.
  if (typeof pods === 'string') return { deletionErrors: [pods], remaining: [] };
  if (pods.count > 0) return { deletionErrors: [], remaining: [pods] };
  let found: FoundKinds;
  try {
    found = await kinds.discover();
  } catch (error) {
    return { discoveryError: messageOf(error), deletionErrors: [], remaining: [] };
  }
  const { discoveryError } = found;
  const content = found.kinds.filter((kind) => isContent(kind) && !isKind(kind, kinds.pods));
  const results = await Promise.all(content.map((kind) => emptyKind(env, kind, namespace)));
  return {
    ...(discoveryError === undefined ? {} : { discoveryError }),
    deletionErrors: results.filter((result) => typeof result === 'string'),
    remaining: results.filter((result) => typeof result !== 'string'),
  };
}

/** Deletes all objects of a kind in a namespace; returns those that remain, or the message of an error. */
async function emptyKind(env: ControllerEnv, kind: Kind, namespace: string): Promise<Remaining | string> {
  try {
    const before = await env.client.list(kind, { namespace });
    if (before.items.length === 0) return remainingOf(kind, []);
    if (before.items.some((object) => !isDeleting(object))) await deleteAll(env, kind, namespace, before.items);
    return remainingOf(kind, (await env.client.list(kind, { namespace })).items);
  } catch (error) {
    // The kind was removed meanwhile, and its objects with it.
    if (isNotFound(error)) return remainingOf(kind, []);
    return messageOf(error);
  }
}

async function deleteAll(env: ControllerEnv, kind: Kind, namespace: string, objects: readonly Live[]): Promise<void> {
  try {
    await env.client.deleteCollection(kind, { namespace }, { propagationPolicy: 'Background' });
  } catch (error) {
    if (!hasReason(error, 'MethodNotAllowed')) throw error;
    for (const object of objects) {
      const { uid } = object.metadata;
      await unlessGone(env.client.delete(kind, keyOf(object), { propagationPolicy: 'Background', preconditions: { uid } }));
    }
  }
}
