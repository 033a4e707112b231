import { describe, expect, it } from '@jest/globals';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { aClaim, aVolume } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BOUND_BY_CONTROLLER, isFullyBound } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { findMatchingVolume, mismatchOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { persistentVolumeBinderController } from './controller.ts';

const KINDS = [persistentVolumes, persistentVolumeClaims] as const;
const SIZES = ['1Gi', '2Gi', '3Gi'];
const MODES = [['ReadWriteOnce'], ['ReadWriteOnce', 'ReadOnlyMany'], ['ReadWriteMany']];
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Volumes and claims of all sorts: some are reserved for each other by name. */
async function populate(stub: StubEnv, chance: Chance): Promise<void> {
  for (const name of names('v', chance.int(0, 6))) {
    const claimRef = chance.happens(0.2) ? { namespace: 'default', name: `c${chance.below(6)}` } : undefined;
    const spec = { capacity: { storage: chance.pick(SIZES) }, accessModes: chance.pick(MODES), ...(claimRef ? { claimRef } : {}) };
    const { metadata: _identity, ...volume } = aVolume(name, spec, { status: { phase: 'Pending' } });
    await stub.client.create(persistentVolumes, { ...volume, metadata: { name } });
  }
  for (const name of names('c', chance.int(0, 6))) {
    const volumeName = chance.happens(0.2) ? `v${chance.below(6)}` : undefined;
    const spec = { accessModes: chance.pick(MODES), resources: { requests: { storage: chance.pick(SIZES) } }, ...(volumeName ? { volumeName } : {}) };
    const { metadata: _identity, ...claim } = aClaim(name, spec);
    await stub.client.create(persistentVolumeClaims, { ...claim, metadata: { name, namespace: 'default' } });
  }
}

async function reconcileAll(stub: StubEnv): Promise<void> {
  for (const kind of KINDS) {
    for (const { metadata } of (await stub.client.list(kind)).items) {
      await stub.reconcile(metadata.name, metadata.namespace ?? '').catch(() => {});
    }
  }
}

async function settle(stub: StubEnv): Promise<void> {
  for (let round = 0; round < 8; round++) {
    for (const kind of KINDS) await stub.catchUp(kind);
    await reconcileAll(stub);
  }
  for (const kind of KINDS) await stub.catchUp(kind);
}

const writes = ({ client }: StubEnv) => client.calls.filter((call) => /^(update|create|delete)/.test(call)).length;

async function state(stub: StubEnv) {
  return { volumes: (await stub.client.list(persistentVolumes)).items, claims: (await stub.client.list(persistentVolumeClaims)).items };
}

describe('from any state, with caches that lag and writes that fail', () => {
  it.each(seeds(60))('each volume comes to one claim that it fits (seed %i)', async (seed) => {
    const chance = createChance(seed);
    const stub = createStubEnv(persistentVolumeBinderController({ persistentVolumes, persistentVolumeClaims, storageClasses, pods }));
    await populate(stub, chance);
    for (let step = 0; step < 60; step++) {
      if (chance.happens(0.3)) await stub.catchUp(chance.pick(KINDS));
      if (chance.happens(0.1)) stub.client.failNext('update', new Error('no answer'));
      const kind = chance.pick(KINDS);
      const { items } = await stub.client.list(kind);
      if (items.length === 0) continue;
      const { metadata } = chance.pick(items);
      if (chance.happens(0.03)) await stub.client.delete(kind, { namespace: metadata.namespace ?? '', name: metadata.name });
      else await stub.reconcile(metadata.name, metadata.namespace ?? '').catch(() => {});
    }
    await settle(stub);

    const { volumes, claims } = await state(stub);
    const bound = claims.filter(({ status }) => status?.phase === 'Bound');
    expect(new Set(bound.map(({ spec }) => spec?.volumeName)).size).toBe(bound.length);
    for (const claim of bound) {
      const volume = volumes.find(({ metadata }) => metadata.name === claim.spec?.volumeName);
      if (!volume) throw new Error(`${claim.metadata.name} is bound to a volume that is not there`);
      // Two that people made for each other are bound as they are.
      const misfit = claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined ? undefined : mismatchOf(volume, claim);
      expect([volume.spec?.claimRef?.uid, volume.status?.phase, isFullyBound(claim), misfit]).toEqual([claim.metadata.uid, 'Bound', true, undefined]);
      expect(claim.status).toMatchObject({ accessModes: volume.spec?.accessModes, capacity: volume.spec?.capacity });
    }
    const waiting = claims.filter(({ status, spec }) => status?.phase === 'Pending' && !spec?.volumeName);
    expect(waiting.map((claim) => findMatchingVolume(claim, volumes)?.metadata.name)).toEqual(waiting.map(() => undefined));
    const before = writes(stub);
    await reconcileAll(stub);
    expect(writes(stub)).toBe(before);
  });
});
