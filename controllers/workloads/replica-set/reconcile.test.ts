import { beforeEach, describe, expect, it } from '@jest/globals';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { replicaSetController } from './controller.ts';

let stub: StubEnv;
beforeEach(async () => {
  stub = createStubEnv(replicaSetController({ replicaSets, pods }));
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
  await stub.client.create(replicaSets, {
    metadata: { name: 'web', namespace: 'default', generation: 1 },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
  });
  await stub.catchUp(replicaSets);
});

const made = async () => (await stub.client.list(pods)).items;
const deletions = () => stub.client.calls.filter((call) => call.startsWith('delete pods')).length;
async function scale(replicas: number): Promise<void> {
  await stub.client.patch(replicaSets, { namespace: 'default', name: 'web' }, { type: 'merge', body: { spec: { replicas } } });
  await stub.catchUp(replicaSets);
}

describe('a ReplicaSet whose pods the cache does not show yet', () => {
  it('makes none twice', async () => {
    await stub.reconcile('web');
    await stub.reconcile('web');
    expect(await made()).toHaveLength(3);
    await stub.catchUp(pods);
    await scale(5);
    await stub.reconcile('web');
    expect(await made()).toHaveLength(5);
  });

  it('deletes none twice, and sees a pod that is being deleted as good as gone', async () => {
    await stub.reconcile('web');
    await stub.catchUp(pods);
    await scale(1);
    await stub.reconcile('web');
    await stub.reconcile('web');
    expect(deletions()).toBe(2);
    await stub.catchUp(pods);
    await scale(0);
    await stub.reconcile('web');
    expect(deletions()).toBe(3);
  });

  it('does not take a pod that turns up deleted for the one it made', async () => {
    await stub.reconcile('web');
    const [first, second] = await made();
    stub.show(pods, { ...first!, metadata: { ...first!.metadata, name: 'old', uid: 'old', deletionTimestamp: '2026-01-01T00:00:00Z' } });
    stub.show(pods, first!);
    stub.show(pods, second!);
    await stub.reconcile('web');
    expect(await made()).toHaveLength(3);
  });

  it('looks again after five minutes, whatever became of them', async () => {
    await stub.reconcile('web');
    await stub.clock.advance(301_000);
    await stub.reconcile('web');
    expect((await made()).length).toBe(6);
  });
});

describe('what fails', () => {
  it('is not waited for', async () => {
    stub.client.failNext('create pods', errors.forbidden(pods, '', 'no room'));
    await expect(stub.reconcile('web')).rejects.toThrow('no room');
    expect(await made()).toHaveLength(0);
    expect(stub.events).toEqual(['FailedCreate: Error creating: pods is forbidden: no room']);
    await stub.catchUp(replicaSets);
    await stub.reconcile('web');
    expect(await made()).toHaveLength(3);
  });

  it('because the namespace is going is nobody’s fault', async () => {
    const terminating = { causes: [{ reason: 'NamespaceTerminating' }] };
    for (let i = 0; i < 3; i++) stub.client.failNext('create pods', new StatusError('Forbidden', 'going', terminating));
    await stub.reconcile('web');
    expect(stub.events).toEqual([]);
  });
});

describe('what cannot be valid', () => {
  const pod = (name: string, labels: Record<string, string>) => ({ metadata: { name, namespace: 'default', labels }, spec: { containers: [] } });
  const failure = async () => (await stub.client.get(replicaSets, { namespace: 'default', name: 'web' })).status?.conditions?.[0];
  async function edit(spec: object): Promise<void> {
    await stub.client.patch(replicaSets, { namespace: 'default', name: 'web' }, { type: 'merge', body: { spec } });
    await stub.catchUp(replicaSets);
  }

  it('makes no pods, which would not count, and says so once', async () => {
    await edit({ selector: { matchLabels: { app: 'other' } } });
    await stub.reconcile('web');
    await stub.catchUp(replicaSets);
    await stub.reconcile('web');
    expect(await made()).toHaveLength(0);
    const message = 'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';
    expect(await failure()).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'InvalidSpec', message });
    expect(stub.events).toEqual([`InvalidSpec: ${message}`]);
  });

  it('neither adopts nor deletes the pods that an empty selector would take', async () => {
    await edit({ replicas: 1, selector: { matchLabels: null } });
    for (const name of ['a', 'b', 'c']) await stub.client.create(pods, pod(name, { app: name }));
    await stub.catchUp(pods);
    await stub.reconcile('web');
    expect((await made()).map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined, undefined, undefined]);
    expect(await failure()).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining('empty selector is invalid for deployment') });
  });

  it('keeps the pods that it has, counts them, and goes on once it is mended', async () => {
    await stub.reconcile('web');
    await stub.catchUp(pods);
    await edit({ selector: { matchLabels: { app: 'other' } } });
    await stub.reconcile('web');
    expect(deletions()).toBe(0);
    expect((await stub.client.get(replicaSets, { namespace: 'default', name: 'web' })).status).toMatchObject({ replicas: 3 });
    await edit({ replicas: 4, selector: { matchLabels: { app: 'web' } } });
    await stub.reconcile('web');
    expect(await made()).toHaveLength(4);
    expect(await failure()).toBeUndefined();
  });
});

it('wakes for what its counts depend on, and for nothing else', async () => {
  await stub.reconcile('web');
  await stub.catchUp(pods);
  stub.enqueued();
  const [pod] = await made();
  stub.show(pods, { ...pod!, spec: { containers: [], nodeName: 'n' }, metadata: { ...pod!.metadata, resourceVersion: '98' } });
  expect(stub.enqueued()).toEqual([]);
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  stub.show(pods, { ...pod!, status: ready, metadata: { ...pod!.metadata, resourceVersion: '99' } });
  expect(stub.enqueued()).toEqual(['default/web']);
});
