import { beforeEach, describe, expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { deploymentController } from './controller.ts';

let stub: StubEnv;
const key = { namespace: 'default', name: 'web' };
beforeEach(async () => {
  stub = createStubEnv(deploymentController({ deployments, replicaSets, pods }));
  await stub.client.create(deployments, {
    metadata: { ...key, generation: 1 },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
    },
  });
  await stub.catchUp(deployments);
});

const sets = async () => (await stub.client.list(replicaSets)).items;
const progressing = async () => (await stub.client.get(deployments, key)).status?.conditions?.find(({ type }) => type === 'Progressing');

describe('a Deployment', () => {
  it('whose ReplicaSet the cache does not show yet makes no other', async () => {
    await stub.reconcile('web');
    await stub.catchUp(deployments);
    await stub.reconcile('web');
    await stub.reconcile('web');
    expect(await sets()).toHaveLength(1);
    expect((await stub.client.get(deployments, key)).status?.collisionCount).toBeUndefined();
    expect(stub.events).toEqual([expect.stringMatching(/^ScalingReplicaSet: Scaled up replica set web-\w+ from 0 to 3$/)]);
  });

  it('that cannot make a ReplicaSet says why, and tries again', async () => {
    stub.client.failNext('create replicasets', errors.forbidden(replicaSets, '', 'no room'));
    await expect(stub.reconcile('web')).rejects.toThrow('no room');
    expect(await progressing()).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message: expect.stringContaining('no room') });
    expect(stub.events).toEqual([expect.stringMatching(/^ReplicaSetCreateError: Failed to create new replica set "web-\w+": .*no room/)]);
    await stub.catchUp(deployments);
    await stub.reconcile('web');
    expect(await progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetCreated' });
  });

  it('in a namespace that is going gives up quietly', async () => {
    stub.client.failNext('create replicasets', new StatusError('Forbidden', 'going', { causes: [{ reason: 'NamespaceTerminating' }] }));
    expect(await stub.reconcile('web')).toEqual({ done: true });
    expect(stub.events).toEqual([]);
  });

  it('whose selector does not match its template makes no ReplicaSet, releases none, and says so once', async () => {
    await stub.reconcile('web');
    await stub.catchUp(replicaSets);
    await stub.client.patch(deployments, key, { type: 'merge', body: { spec: { selector: { matchLabels: { app: 'other' } } } } });
    await stub.catchUp(deployments);
    await stub.reconcile('web');
    await stub.catchUp(deployments);
    await stub.reconcile('web');
    const message = 'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';
    const [set] = await sets();
    expect(await sets()).toHaveLength(1);
    expect(set?.metadata.ownerReferences).toHaveLength(1);
    expect(stub.events.slice(1)).toEqual([`InvalidSpec: ${message}`]);
    const { status } = await stub.client.get(deployments, key);
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'ReplicaFailure', status: 'True', reason: 'InvalidSpec', message }));
  });

  it('that was changed meanwhile is tried again on what it is now', async () => {
    await stub.client.patch(deployments, key, { type: 'merge', body: { spec: { replicas: 5 } } });
    await expect(stub.reconcile('web')).rejects.toMatchObject({ reason: 'Conflict' });
    await stub.catchUp(deployments);
    await stub.catchUp(replicaSets);
    await stub.reconcile('web');
    expect((await sets())[0]?.spec?.replicas).toBe(5);
  });
});
