import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceClaimConsumerReference } from '../../../api/kinds/resource/allocation.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { consumerOf, foreignClaim, isPodConsumer, owningPod, unprotectedClaim } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { PodResourceClaim } from '../../../api/pod/spec/pod-spec.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import { planClaim } from './claim-plan.ts';
import type { ResourceClaimParts } from './parts.ts';
import { podKeyOf, sourcesIn } from './parts.ts';
import type { ClaimSources, RecordedClaim } from './pod-plan.ts';
import { claimsToReserve, isDone, isNews, mayGetClaims, planEntry } from './pod-plan.ts';

/** A pod as claims name it. */
type PodIdentity = Pick<ResourceClaimConsumerReference, 'name' | 'uid'>;

/** Owns the generated claims in the status of pods. */
const FIELD_MANAGER = 'ResourceClaimController';

/** Reconciles claims, and pods that lack some, in one lane. */
export function createResourceClaimReconcile(parts: ResourceClaimParts): Reconcile {
  return (key) => {
    const podKey = podKeyOf(key);
    return podKey ? reconcilePod(parts, podKey) : reconcileClaim(parts, key);
  };
}

async function reconcilePod(parts: ResourceClaimParts, key: ObjectKey): Promise<Result> {
  const pod = parts.pods.get(key);
  if (!pod || !mayGetClaims(pod)) return DONE;
  const sources = sourcesIn(parts, key.namespace);
  const recorded: RecordedClaim[] = [];
  for (const entry of pod.spec?.resourceClaims ?? []) {
    try {
      const name = await claimFor(parts, pod, entry, sources);
      if (name !== undefined) recorded.push({ name: entry.name, resourceClaimName: name });
    } catch (error) {
      parts.env.recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${entry.name}: ${messageOf(error)}`);
      throw error;
    }
  }
  if (isNews(pod, recorded)) await record(parts, pod, recorded);
  for (const claim of claimsToReserve(pod, sources.claim)) {
    const reservedFor = [...(claim.status?.reservedFor ?? []), consumerOf(pod)];
    await writeStatus(parts, { ...claim, status: { ...claim.status, reservedFor } });
  }
  return DONE;
}

/** Returns the name of the claim that an entry gets; undefined if none is generated. */
async function claimFor(parts: ResourceClaimParts, pod: Live<Pod>, entry: PodResourceClaim, sources: ClaimSources): Promise<string | undefined> {
  const plan = planEntry(pod, entry, sources);
  switch (plan.do) {
    case 'nothing':
      return undefined;
    case 'record':
      return plan.name;
    case 'refuse':
      throw new Error(plan.why);
    case 'create':
      return (await createOrAdopt(parts, pod, plan.claim)).metadata.name;
  }
}

/** Creates a claim, or takes the one of its name if it is the pod's: the cache lags behind, or an answer was lost. */
async function createOrAdopt(parts: ResourceClaimParts, pod: Live<Pod>, claim: ResourceClaim): Promise<Live<ResourceClaim>> {
  try {
    return await create(parts, claim);
  } catch (error) {
    if (!isAlreadyExists(error)) throw creationFailure(parts, claim, error);
  }
  const found = await unlessGone(parts.env.client.get(parts.claims.kind, keyOf(claim)));
  if (found && foreignClaim(pod, found) === undefined) return found;
  // The name is another's: the server makes one.
  const { name: _taken, ...metadata } = claim.metadata ?? {};
  try {
    return await create(parts, { ...claim, metadata });
  } catch (error) {
    throw creationFailure(parts, claim, error);
  }
}

async function create({ env, claims, metrics }: ResourceClaimParts, claim: ResourceClaim): Promise<Live<ResourceClaim>> {
  const made = await env.client.create(claims.kind, claim);
  metrics.created(claim, 'success');
  return made;
}

/** Upstream names the claim by the name that the server was to make, which is still empty. */
function creationFailure({ metrics }: ResourceClaimParts, claim: ResourceClaim, error: unknown): Error {
  metrics.created(claim, 'failure');
  return new Error(`create ResourceClaim : ${messageOf(error)}`, { cause: error });
}

/** Writes all generated claims at once: the list of an apply is all that its manager owns. */
async function record({ env, pods }: ResourceClaimParts, pod: Live<Pod>, recorded: readonly RecordedClaim[]): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid }, status: { resourceClaimStatuses: recorded } };
  const options = { subresource: 'status', fieldManager: FIELD_MANAGER } as const;
  await unlessGone(env.client.patch(pods.kind, keyOf(pod), { type: 'apply', body, force: true }, options));
}

async function reconcileClaim(parts: ResourceClaimParts, key: ObjectKey): Promise<Result> {
  const { env, claims, pods } = parts;
  const claim = claims.get(key);
  if (!claim) return DONE;
  const over = new Set<string>();
  for (const consumer of claim.status?.reservedFor ?? []) {
    if (isPodConsumer(consumer) && (await isOver(parts, key.namespace, consumer))) over.add(consumer.uid);
  }
  const owner = owningPod(claim);
  // Of an owner that the cache does not show nobody is asked: the garbage collector deletes what it leaves.
  const isOrphan =
    owner !== undefined && pods.get({ namespace: key.namespace, name: owner.name }) !== undefined && (await isOver(parts, key.namespace, owner));
  const plan = planClaim({ claim, isOver: ({ uid }) => over.has(uid), isOrphan });
  // The resource version is a precondition of each write: whoever reserves the claim in between wins.
  const written = plan.status ? await writeStatus(parts, { ...claim, status: plan.status }) : claim;
  if (plan.release && written) await unlessGone(env.client.update(claims.kind, unprotectedClaim(written)));
  if (plan.remove) await unlessGone(env.client.delete(claims.kind, key, { preconditions: { uid: claim.metadata.uid } }));
  return DONE;
}

const writeStatus = ({ env, claims }: ResourceClaimParts, claim: Live<ResourceClaim>): Promise<Live<ResourceClaim> | undefined> =>
  unlessGone(env.client.update(claims.kind, claim, { subresource: 'status' }));

/**
 * Whether a pod is done or gone. A pod that the cache does not show, or shows with another UID, is asked for at the server: the cache may lag
 * behind the scheduler, and behind the replacement of a pod.
 */
async function isOver({ env, pods, deleted }: ResourceClaimParts, namespace: string, { name, uid }: PodIdentity): Promise<boolean> {
  if (deleted.has(uid)) return true;
  const known = pods.get({ namespace, name });
  if (known?.metadata.uid === uid) return isDone(known);
  const live = await unlessGone(env.client.get(pods.kind, { namespace, name }));
  return live?.metadata.uid !== uid;
}
