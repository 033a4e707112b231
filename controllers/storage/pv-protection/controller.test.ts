import { expect, it } from '@jest/globals';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { pvProtectionController } from './controller.ts';

const FINALIZER = 'kubernetes.io/pv-protection';
const key = { namespace: '', name: 'v' };

it.each<[string, string, boolean]>([
  ['stays while it is bound', 'Bound', true],
  ['is let go once it is released', 'Released', false],
  ['is let go if it was never bound', 'Available', false],
])('a terminating volume %s', async (_sentence, phase, held) => {
  const stub = createStubEnv(pvProtectionController({ persistentVolumes }));
  await stub.client.create(persistentVolumes, {
    metadata: { ...key, finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: { phase },
  });
  await stub.catchUp(persistentVolumes);
  expect(stub.enqueued()).toEqual(['v']);
  await stub.reconcile('v', '');
  expect((await stub.client.get(persistentVolumes, key)).metadata.finalizers).toEqual(held ? [FINALIZER] : []);
});

it('a volume without the finalizer gets it', async () => {
  const stub = createStubEnv(pvProtectionController({ persistentVolumes }));
  await stub.client.create(persistentVolumes, { metadata: key });
  await stub.catchUp(persistentVolumes);
  await stub.reconcile('v', '');
  expect((await stub.client.get(persistentVolumes, key)).metadata.finalizers).toEqual([FINALIZER]);
});
