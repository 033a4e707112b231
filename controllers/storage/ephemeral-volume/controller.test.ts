import { beforeEach, describe, expect, it } from '@jest/globals';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { ephemeralVolumeController } from './controller.ts';

const key = { namespace: 'default', name: 'p-data' };
const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
let stub: StubEnv;
beforeEach(async () => {
  stub = createStubEnv(ephemeralVolumeController({ pods, persistentVolumeClaims }));
  await stub.client.create(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      containers: [],
      volumes: [
        { name: 'data', ephemeral: { volumeClaimTemplate: { metadata: { labels: { app: 'db' } }, spec } } },
        { name: 'other', emptyDir: {} },
      ],
    },
  });
  await stub.catchUp(pods);
});
const claim = () => stub.client.get(persistentVolumeClaims, key);

describe('an ephemeral volume', () => {
  it('has a claim of its own, which the pod owns', async () => {
    expect(stub.enqueued()).toEqual(['default/p']);
    await stub.reconcile('p');
    const { metadata } = await stub.client.get(pods, { namespace: 'default', name: 'p' });
    expect(await claim()).toMatchObject({
      metadata: {
        labels: { app: 'db' },
        ownerReferences: [{ kind: 'Pod', name: 'p', uid: metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      spec,
    });
  });

  it('gets it once, though the cache lags behind', async () => {
    await stub.reconcile('p');
    await stub.reconcile('p');
    expect(stub.events).toEqual([]);
    expect((await stub.client.list(persistentVolumeClaims)).items).toHaveLength(1);
  });

  it('gets it again if somebody deletes it', async () => {
    await stub.reconcile('p');
    await stub.catchUp(persistentVolumeClaims);
    stub.enqueued();
    await stub.client.delete(persistentVolumeClaims, key);
    await stub.catchUp(persistentVolumeClaims);
    expect(stub.enqueued()).toEqual(['default/p']);
  });

  it('does not take a claim that was there before', async () => {
    await stub.client.create(persistentVolumeClaims, { metadata: key, spec });
    await stub.catchUp(persistentVolumeClaims);
    await expect(stub.reconcile('p')).rejects.toThrow();
    expect(stub.events).toEqual([
      'FailedBinding: ephemeral volume data: PVC default/p-data was not created for pod default/p (pod is not the owner)',
    ]);
  });
});
