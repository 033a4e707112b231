import { expect, it } from '@jest/globals';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { aVolume, boundClaim, refTo } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { volumeExpandController } from './controller.ts';

const claim = boundClaim('c', 'v');
const grown = boundClaim('c', 'v', { resources: { requests: { storage: '2Gi' } } });

it('a claim that asks for more is told who has to give it', async () => {
  const stub = createStubEnv(volumeExpandController({ persistentVolumes, persistentVolumeClaims }));
  stub.show(persistentVolumes, aVolume('v', { claimRef: refTo(claim) }));
  stub.show(persistentVolumeClaims, claim);
  expect(stub.enqueued()).toEqual([]);
  stub.show(persistentVolumeClaims, grown);
  expect(stub.enqueued()).toEqual(['default/c']);
  await stub.reconcile('c');
  expect(stub.events).toEqual(['ExternalExpanding: waiting for an external controller to expand this PVC']);
});

it('a claim whose volume is another’s is an error', async () => {
  const stub = createStubEnv(volumeExpandController({ persistentVolumes, persistentVolumeClaims }));
  stub.show(persistentVolumes, aVolume('v'));
  stub.show(persistentVolumeClaims, grown);
  await expect(stub.reconcile('c')).rejects.toThrow('persistent Volume is not bound to PVC being updated : default/c');
});
