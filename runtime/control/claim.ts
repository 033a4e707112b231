import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { hasReason, isNotFound } from '../../api/meta/status-error.ts';
import type { Client } from '../client/client.ts';
import { controllerOf, controllerRefTo } from './controller-ref.ts';
import { isDeleting } from './deletion.ts';

/** The decision about an object that a controller might own. */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore';

/**
 * Decides one claim: an object of the owner's is kept while it matches and released once it does not; an orphan that matches is adopted.
 * Nothing is taken from another controller, and neither owner nor orphan may be terminating.
 */
export function planClaim(owner: Live<KubeObject>, object: Live<KubeObject>, matches: boolean): Claim {
  const ref = controllerOf(object);
  if (ref) {
    if (ref.uid !== owner.metadata.uid) return 'ignore';
    if (matches) return 'keep';
    return isDeleting(owner) ? 'ignore' : 'release';
  }
  if (!matches || isDeleting(owner) || isDeleting(object)) return 'ignore';
  return owner.metadata.namespace === object.metadata.namespace ? 'adopt' : 'ignore';
}

export interface Claimed<T extends KubeObject> {
  readonly owned: Live<T>[];
  /** The first error of an adoption or release; every other one succeeded. */
  readonly error?: unknown;
}

/**
 * Takes possession of the objects that belong to `owner`. Before the first adoption the owner is read from the server:
 * a cache that lags must not adopt for an owner that is gone or being deleted (kubernetes/kubernetes#42639).
 * @param finalizer given to the objects that are adopted, and taken from those that are released
 */
export async function claim<O extends KubeObject, T extends KubeObject>(
  client: Client,
  owners: Kind<O>,
  owner: Live<O>,
  kind: Kind<T>,
  candidates: readonly Live<T>[],
  matches: (object: Live<T>) => boolean,
  finalizer?: string,
): Promise<Claimed<T>> {
  const owned: Live<T>[] = [];
  let error: unknown;
  let recheck: Promise<boolean> | undefined;
  for (const object of candidates) {
    switch (planClaim(owner, object, matches(object))) {
      case 'keep':
        owned.push(object);
        break;
      case 'adopt':
        try {
          recheck ??= mayAdopt(client, owners, owner);
          if (await recheck) owned.push(await adopt(client, owners, owner, kind, object, finalizer));
        } catch (caught) {
          if (!isNotFound(caught)) error ??= caught;
        }
        break;
      case 'release':
        try {
          await release(client, owner, kind, object, finalizer);
        } catch (caught) {
          // Deleted, or replaced by another object of that name: nothing is left to release.
          if (!isNotFound(caught) && !hasReason(caught, 'Invalid')) error ??= caught;
        }
        break;
      case 'ignore':
        break;
    }
  }
  return error === undefined ? { owned } : { owned, error };
}

async function mayAdopt<O extends KubeObject>(client: Client, kind: Kind<O>, owner: Live<O>): Promise<boolean> {
  const fresh = await client.get(kind, keyOf(owner));
  if (fresh.metadata.uid !== owner.metadata.uid)
    throw new Error(`${kind.kind} ${owner.metadata.name} was replaced: its UID is now ${fresh.metadata.uid}`);
  return !isDeleting(fresh);
}

/** UID and resource version in the patch are preconditions: a lost race throws Conflict. */
function withOwners(object: Live<KubeObject>, ownerReferences: object[], finalizers?: readonly string[]): object {
  const { uid, resourceVersion } = object.metadata;
  return { metadata: { uid, resourceVersion, ownerReferences, ...(finalizers && { finalizers: finalizers.length > 0 ? finalizers : null }) } };
}

const finalizersBut = (object: Live<KubeObject>, finalizer: string): string[] =>
  (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);

function adopt<T extends KubeObject>(
  client: Client,
  owners: Kind,
  owner: Live<KubeObject>,
  kind: Kind<T>,
  object: Live<T>,
  finalizer: string | undefined,
): Promise<Live<T>> {
  const references = [...(object.metadata.ownerReferences ?? []), controllerRefTo(owners, owner)];
  const finalizers = finalizer === undefined ? undefined : [...finalizersBut(object, finalizer), finalizer];
  return client.patch(kind, keyOf(object), { type: 'merge', body: withOwners(object, references, finalizers) });
}

function release<T extends KubeObject>(
  client: Client,
  owner: Live<KubeObject>,
  kind: Kind<T>,
  object: Live<T>,
  finalizer: string | undefined,
): Promise<Live<T>> {
  const references = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
  const finalizers = finalizer === undefined ? undefined : finalizersBut(object, finalizer);
  return client.patch(kind, keyOf(object), { type: 'merge', body: withOwners(object, references, finalizers) });
}
