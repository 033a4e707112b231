import { beforeEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import { daemonSets } from '../../../api/kinds/apps/daemon-set/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { daemonSetController } from './controller.ts';
import { node } from './daemon-pods.fixture.ts';

const key = { namespace: 'default', name: 'log' };
let stub: StubEnv;
beforeEach(async () => {
  stub = createStubEnv(daemonSetController({ daemonSets, revisions: controllerRevisions, pods, nodes }));
  await create('log', 'log');
  for (const name of ['a', 'b', 'c']) stub.show(nodes, node(name));
  stub.enqueued();
});

async function create(name: string, app: string, spec: object = {}): Promise<void> {
  await stub.client.create(daemonSets, {
    metadata: { name, namespace: 'default', generation: 1 },
    spec: {
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [] }, ...spec },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    },
  });
  await stub.catchUp(daemonSets);
}
async function edit(spec: object): Promise<void> {
  await stub.client.patch(daemonSets, key, { type: 'merge', body: { spec } });
  await stub.catchUp(daemonSets);
}
const made = async () => (await stub.client.list(pods)).items;
const revisions = async () => (await stub.client.list(controllerRevisions)).items;
const writes = (verb: string) => stub.client.calls.filter((call) => call.startsWith(verb)).length;

describe('a DaemonSet whose pods the cache does not show yet', () => {
  it('makes none twice, and shows that it has not acted on a newer generation', async () => {
    await stub.reconcile('log');
    await stub.catchUp(daemonSets);
    await stub.catchUp(controllerRevisions);
    stub.show(nodes, node('d'));
    await stub.client.patch(daemonSets, key, { type: 'merge', body: { metadata: { generation: 2 } } });
    await stub.catchUp(daemonSets);
    await stub.reconcile('log');
    expect(await made()).toHaveLength(3);
    expect((await stub.client.get(daemonSets, key)).status).toMatchObject({ observedGeneration: 1, desiredNumberScheduled: 4 });
    await stub.catchUp(pods);
    await stub.reconcile('log');
    expect(await made()).toHaveLength(4);
  });

  it('makes its revision once', async () => {
    await stub.reconcile('log');
    await stub.reconcile('log');
    expect(await revisions()).toHaveLength(1);
  });

  it('deletes none twice', async () => {
    await stub.reconcile('log');
    await stub.catchUp(pods);
    await stub.catchUp(controllerRevisions);
    for (const name of ['a', 'b']) stub.show(nodes, node(name, { taints: [{ key: 'k', effect: 'NoExecute' }] }));
    await stub.reconcile('log');
    await stub.reconcile('log');
    expect(writes('delete pods')).toBe(2);
  });
});

describe('what fails', () => {
  it('is not waited for, and said', async () => {
    stub.client.failNext('create pods', errors.forbidden(pods, '', 'no room'));
    await expect(stub.reconcile('log')).rejects.toThrow('no room');
    expect(await made()).toHaveLength(0);
    expect(stub.events).toEqual(['FailedCreate: Error creating: pods is forbidden: no room']);
    await stub.reconcile('log');
    expect(await made()).toHaveLength(3);
  });

  it('because the namespace terminates is no failure', async () => {
    for (let i = 0; i < 3; i++) {
      stub.client.failNext('create pods', new StatusError('Forbidden', 'going', { causes: [{ reason: 'NamespaceTerminating' }] }));
    }
    await stub.reconcile('log');
    expect(stub.events).toEqual([]);
  });

  it('while a status is written is tried once more on the fresh object', async () => {
    stub.client.failNext('update daemonsets/status', errors.conflict(daemonSets, 'log', 'changed'));
    await stub.reconcile('log');
    expect((await stub.client.get(daemonSets, key)).status).toMatchObject({ desiredNumberScheduled: 3, observedGeneration: 1 });
  });

  it('while a status is written leaves the conditions that others wrote meanwhile', async () => {
    const conditions = [{ type: 'Mine', status: 'True' }];
    const status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0, conditions };
    await stub.client.patch(daemonSets, key, { type: 'merge', body: { status } }, { subresource: 'status' });
    await stub.reconcile('log');
    expect((await stub.client.get(daemonSets, key)).status).toMatchObject({ desiredNumberScheduled: 3, conditions });
  });
});

describe('revisions', () => {
  it('of the same template become one, whose hash the pods take over', async () => {
    await stub.reconcile('log');
    await stub.catchUp(pods);
    const [first] = await revisions();
    const twin = { ...first!.metadata, name: 'log-twin', labels: { app: 'log', 'controller-revision-hash': 'twin' } };
    await stub.client.create(controllerRevisions, { ...first!, metadata: { ...twin, uid: undefined, resourceVersion: undefined }, revision: 5 });
    await stub.catchUp(controllerRevisions);
    await stub.reconcile('log');
    expect((await revisions()).map(({ metadata }) => metadata.name)).toEqual(['log-twin']);
    expect((await made()).map(({ metadata }) => metadata.labels?.['controller-revision-hash'])).toEqual(['twin', 'twin', 'twin']);
    await stub.catchUp(pods);
    await stub.catchUp(controllerRevisions);
    await stub.reconcile('log');
    expect(writes('delete pods')).toBe(0);
  });

  it('without a hash get their name for one', async () => {
    await stub.client.create(controllerRevisions, {
      metadata: { name: 'bare', namespace: 'default', labels: { app: 'log' } },
      data: { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'other' } } } } },
      revision: 1,
    });
    await stub.catchUp(controllerRevisions);
    await stub.reconcile('log');
    const bare = (await revisions()).find(({ metadata }) => metadata.name === 'bare');
    expect(bare?.metadata.labels).toEqual({ app: 'log', 'controller-revision-hash': 'bare' });
    expect((await revisions()).map(({ revision }) => revision).sort()).toEqual([1, 2]);
  });
});

it('that is deleted does nothing more', async () => {
  await stub.client.patch(daemonSets, key, { type: 'merge', body: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } });
  await stub.catchUp(daemonSets);
  await stub.reconcile('log');
  expect(await made()).toEqual([]);
  expect(await revisions()).toEqual([]);
});

it('that selects everything does nothing, and says so', async () => {
  await edit({ selector: { matchLabels: null } });
  await stub.reconcile('log');
  expect(await made()).toEqual([]);
  expect(stub.events).toEqual(['SelectingAll: This daemon set is selecting all pods. A non-empty selector is required.']);
});

describe('what wakes it', () => {
  const tainted = (name: string, key: string) => node(name, { taints: [{ key, effect: 'NoSchedule' }] });

  it('is a node that comes, goes, or changes its place among the nodes', () => {
    stub.show(nodes, node('d'));
    expect(stub.enqueued()).toEqual(['default/log']);
    stub.show(nodes, { ...tainted('d', 'special'), metadata: { ...node('d').metadata, resourceVersion: '2' } });
    expect(stub.enqueued()).toEqual(['default/log']);
    stub.hide(nodes, tainted('d', 'special'));
    expect(stub.enqueued()).toEqual(['default/log']);
  });

  it('is no change of a node that leaves its place as it is', () => {
    stub.show(nodes, { ...node('a', {}, { zone: 'x' }), status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    stub.show(nodes, tainted('a', 'node.kubernetes.io/unschedulable'));
    expect(stub.enqueued()).toEqual([]);
  });

  it('is no node that it does not select', async () => {
    await create('other', 'other', { spec: { containers: [], nodeSelector: { zone: 'x' } } });
    stub.enqueued();
    stub.show(nodes, node('d'));
    expect(stub.enqueued()).toEqual(['default/log']);
  });

  it('is an orphan that it may adopt, pod or revision', () => {
    const orphan = { ...node('x').metadata, name: 'x', namespace: 'default', labels: { app: 'log' } };
    stub.show(pods, { metadata: orphan, spec: { containers: [] } });
    expect(stub.enqueued()).toEqual(['default/log']);
    stub.show(controllerRevisions, { metadata: orphan, revision: 1, data: {} });
    expect(stub.enqueued()).toEqual(['default/log']);
  });

  it('is a change or the end of its revision, not its creation', async () => {
    await stub.reconcile('log');
    const [revision] = await revisions();
    stub.enqueued();
    stub.show(controllerRevisions, revision!);
    expect(stub.enqueued()).toEqual([]);
    stub.show(controllerRevisions, { ...revision!, metadata: { ...revision!.metadata, resourceVersion: '99' } });
    expect(stub.enqueued()).toEqual(['default/log']);
    stub.hide(controllerRevisions, revision!);
    expect(stub.enqueued()).toEqual(['default/log']);
  });
});
