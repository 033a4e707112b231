import { describe, expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceClaims } from '../../../api/kinds/resource/index.ts';
import { CLAIM_FINALIZER, consumerOf, isReservedFor } from '../../../api/kinds/resource/pod-claims.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { addClaim, addPod, addTemplate, allocation, catchUp, claimsOf, KINDS, stubClaims } from './claims.fixture.ts';
import { isDone } from './pod-plan.ts';

const ENTRIES = [
  { name: 'gpu', resourceClaimTemplateName: 'template' },
  { name: 'nic', resourceClaimTemplateName: 'template' },
  { name: 'shared', resourceClaimName: 'shared' },
];
const FAILURES = ['create resourceclaims', 'update resourceclaims', 'patch pods/status', 'get pods'];

/** Reserves a random claim for a random pod that needs it, as the scheduler does. */
async function reserveOne(stub: StubEnv, chance: Chance): Promise<void> {
  const waiting = (await stub.client.list(pods)).items.filter((pod) => !isDone(pod));
  const claims = (await claimsOf(stub)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (waiting.length === 0 || claims.length === 0) return;
  const pod = chance.pick(waiting);
  const claim = chance.pick(claims);
  const owner = claim.metadata.ownerReferences?.[0]?.uid;
  if ((owner !== undefined && owner !== pod.metadata.uid) || isReservedFor(pod, claim)) return;
  const reservedFor = [...(claim.status?.reservedFor ?? []), consumerOf(pod)];
  const metadata = { ...claim.metadata, finalizers: [CLAIM_FINALIZER] };
  await stub.client.update(resourceClaims, { ...claim, metadata, status: { ...claim.status, allocation, reservedFor } });
}

/** Lets a random pod end, be bound, be deleted, or be replaced by one of the same name. */
async function changePod(stub: StubEnv, chance: Chance): Promise<void> {
  const { items } = await stub.client.list(pods);
  if (items.length === 0) return;
  const pod = chance.pick(items);
  const step = chance.pick(['end', 'bind', 'delete', 'replace'] as const);
  if (step === 'end') await stub.client.patch(pods, keyOf(pod), { type: 'merge', body: { status: { phase: 'Succeeded' } } });
  else if (step === 'bind') await stub.client.patch(pods, keyOf(pod), { type: 'merge', body: { spec: { nodeName: 'n' } } });
  else {
    await stub.client.delete(pods, keyOf(pod));
    if (step === 'replace') await addPod(stub, pod.metadata.name, { entries: ENTRIES });
  }
}

async function reconcileOne(stub: StubEnv, chance: Chance): Promise<void> {
  const claims = (await claimsOf(stub)).map(({ metadata }) => metadata.name);
  const names = (await stub.client.list(pods)).items.map(({ metadata }) => `pods/${metadata.name}`);
  await stub.reconcile(chance.pick([...claims, ...names, 'gone', 'pods/gone'])).catch(() => {});
}

async function settle(stub: StubEnv): Promise<void> {
  for (let round = 0; round < 6; round++) {
    await catchUp(stub);
    for (const { metadata } of (await stub.client.list(pods)).items) await stub.reconcile(`pods/${metadata.name}`).catch(() => {});
    for (const { metadata } of await claimsOf(stub)) await stub.reconcile(metadata.name).catch(() => {});
  }
}

/** Returns `claim pod` of the reservations of pods that may run. */
async function liveReservations(stub: StubEnv): Promise<Set<string>> {
  const live = (await stub.client.list(pods)).items.filter((pod) => !isDone(pod));
  const claims = await claimsOf(stub);
  return new Set(
    live.flatMap((pod) => claims.filter((claim) => isReservedFor(pod, claim)).map((claim) => `${claim.metadata.uid} ${pod.metadata.uid}`)),
  );
}

describe('from any state, with caches that lag and writes that fail', () => {
  it.each(seeds(60))('each pod gets its claims once, and nothing stays reserved for pods that are over (seed %i)', async (seed) => {
    const chance = createChance(seed);
    const stub = stubClaims();
    await addTemplate(stub);
    await addClaim(stub, 'shared', [], { status: {}, held: false });
    for (let index = chance.int(1, 4); index > 0; index--) await addPod(stub, `p${index}`, { entries: ENTRIES });
    await catchUp(stub);
    for (let step = 0; step < 80; step++) {
      if (chance.happens(0.3)) await stub.catchUp(chance.pick(KINDS));
      if (chance.happens(0.1)) stub.client.failNext(chance.pick(FAILURES), new Error('no answer'));
      if (chance.happens(0.15)) await changePod(stub, chance);
      if (chance.happens(0.3)) await reserveOne(stub, chance).catch(() => {});
      const before = await liveReservations(stub);
      await reconcileOne(stub, chance);
      const after = await liveReservations(stub);
      for (const reservation of before) expect(after).toContain(reservation);
    }
    await settle(stub);

    const claims = await claimsOf(stub);
    const { items } = await stub.client.list(pods);
    const live = items.filter((pod) => !isDone(pod));
    for (const pod of live) {
      for (const entry of ['gpu', 'nic']) {
        const own = claims.filter(
          ({ metadata }) =>
            metadata.ownerReferences?.[0]?.uid === pod.metadata.uid && metadata.annotations?.['resource.kubernetes.io/pod-claim-name'] === entry,
        );
        expect(own).toHaveLength(1);
        expect(pod.status?.resourceClaimStatuses).toContainEqual({ name: entry, resourceClaimName: own[0]?.metadata.name });
      }
    }
    const uids = new Set(live.map(({ metadata }) => metadata.uid));
    for (const { metadata, status } of claims) {
      for (const { uid } of status?.reservedFor ?? []) expect(uids).toContain(uid);
      if (!status?.reservedFor?.length) expect([status?.allocation, metadata.finalizers ?? []]).toEqual([undefined, []]);
    }
  });
});
