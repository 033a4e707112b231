import { beforeEach, describe, expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../../../api/kinds/core/replication-controller.ts';
import type { PodDisruptionBudget } from '../../../api/kinds/policy/pod-disruption-budget/index.ts';
import { podDisruptionBudgets as budgets } from '../../../api/kinds/policy/pod-disruption-budget/index.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { disruptionController } from './controller.ts';

const MINUTE = 60_000;
const widgets = { ...replicaSets, group: 'example.com', kind: 'Widget', plural: 'widgets' };
const scaled = () => [deployments, replicaSets, replicationControllers, statefulSets, widgets];

let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(disruptionController({ budgets, pods, deployments, replicaSets, replicationControllers, statefulSets, scaled }));
});

type Spec = NonNullable<PodDisruptionBudget['spec']>;
const selector = { matchLabels: { app: 'web' } };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a' }] } };
const spec = (replicas: number) => ({ replicas, selector, template });
const owner = (kind: string, { metadata }: KubeObject, apiVersion = 'apps/v1') => ({
  ownerReferences: [{ apiVersion, kind, name: metadata?.name ?? '', uid: metadata?.uid ?? '', controller: true }],
});
const metadata = (name: string, more: object = {}) => ({ name, namespace: 'default', ...more });

const budget = async (given: Spec, name = 'web') => {
  await stub.client.create(budgets, { metadata: metadata(name, { generation: 1 }), spec: { selector, ...given } });
  await stub.catchUp(budgets);
};
const pod = (name: string, more: object = {}, ready = 'True', status: Pod['status'] = {}) =>
  stub.client.create(pods, {
    metadata: metadata(name, { labels: { app: 'web' }, ...more }),
    spec: { containers: [{ name: 'a' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }], ...status },
  });
const status = async () => (await stub.client.get(budgets, { namespace: 'default', name: 'web' })).status;
const numbers = async () => {
  const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = (await status()) ?? {};
  return { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods };
};
const synced = async () => {
  for (const kind of [pods, budgets, deployments, replicaSets, replicationControllers, statefulSets]) await stub.catchUp(kind);
  return stub.reconcile('web');
};
const setStatus = async (given: PodDisruptionBudget['status']) => {
  const current = await stub.client.get(budgets, { namespace: 'default', name: 'web' });
  await stub.client.update(budgets, { ...current, status: { ...current.status, ...given } });
};

describe('the status of a budget', () => {
  it('counts ready pods against a minimum', async () => {
    await budget({ minAvailable: 1 });
    await pod('a');
    await pod('b');
    await pod('c', {}, 'False');
    await synced();
    expect(await status()).toEqual({
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'True',
          reason: 'SufficientPods',
          message: '',
          observedGeneration: 1,
          lastTransitionTime: timeText(stub.clock.now()),
        },
      ],
      currentHealthy: 2,
      desiredHealthy: 1,
      disruptionsAllowed: 1,
      expectedPods: 3,
      observedGeneration: 1,
    });
    expect(stub.events).toEqual([]);
  });

  it('is written once', async () => {
    await budget({ minAvailable: 1 });
    await pod('a');
    await synced();
    await synced();
    expect(stub.client.calls.filter((call) => call.startsWith('update'))).toHaveLength(1);
    expect((await status())?.conditions).toMatchObject([{ status: 'False', reason: 'InsufficientPods' }]);
  });

  it('allows nothing without pods, and says so', async () => {
    await budget({ minAvailable: 0 });
    await synced();
    expect(await numbers()).toEqual({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 });
    expect(stub.events).toEqual(['NoPods: No matching pods found']);
  });

  it('selects nothing without a selector, and every pod with an empty one', async () => {
    await pod('a');
    await budget({ minAvailable: 0, selector: undefined });
    await synced();
    expect(await numbers()).toMatchObject({ expectedPods: 0 });
    const current = await stub.client.get(budgets, { namespace: 'default', name: 'web' });
    await stub.client.update(budgets, { ...current, spec: { minAvailable: 0, selector: {} } });
    await synced();
    expect(await numbers()).toMatchObject({ expectedPods: 1, disruptionsAllowed: 1 });
  });

  it.each<[string, Spec, object]>([
    ['a percentage that is rounded up', { minAvailable: '28%' }, { desiredHealthy: 3, disruptionsAllowed: 1, expectedPods: 10 }],
    ['a number that may be missing', { maxUnavailable: 7 }, { desiredHealthy: 3, disruptionsAllowed: 1, expectedPods: 10 }],
    ['a percentage that may be missing', { maxUnavailable: '75%' }, { desiredHealthy: 2, disruptionsAllowed: 2, expectedPods: 10 }],
    ['more than there are', { maxUnavailable: 11 }, { desiredHealthy: 0, disruptionsAllowed: 4, expectedPods: 10 }],
  ])('knows the scale of the Deployment: %s', async (_, given, expected) => {
    const deployment = await stub.client.create(deployments, { metadata: metadata('web'), spec: spec(10) });
    const old = await stub.client.create(replicaSets, { metadata: metadata('old', owner('Deployment', deployment)), spec: spec(3) });
    const current = await stub.client.create(replicaSets, { metadata: metadata('new', owner('Deployment', deployment)), spec: spec(8) });
    for (const name of ['a', 'b']) await pod(name, owner('ReplicaSet', old));
    for (const name of ['c', 'd']) await pod(name, owner('ReplicaSet', current));
    await budget(given);
    await synced();
    expect(await numbers()).toEqual({ currentHealthy: 4, ...expected });
  });

  it('adds up the scales of controllers of several kinds, served ones too', async () => {
    const set = await stub.client.create(replicaSets, { metadata: metadata('set'), spec: spec(2) });
    const stateful = await stub.client.create(statefulSets, { metadata: metadata('stateful'), spec: { ...spec(3), serviceName: 's' } });
    const replication = await stub.client.create(replicationControllers, { metadata: metadata('rc'), spec: { replicas: 4 } });
    const widget = await stub.client.create(widgets, { metadata: metadata('widget'), spec: spec(5) });
    await pod('a', owner('ReplicaSet', set));
    await pod('b', owner('StatefulSet', stateful));
    await pod('c', owner('ReplicationController', replication, 'v1'));
    await pod('d', owner('Widget', widget, 'example.com/v1'));
    await budget({ maxUnavailable: 1 });
    await synced();
    expect(await numbers()).toEqual({ currentHealthy: 4, desiredHealthy: 13, disruptionsAllowed: 0, expectedPods: 14 });
  });

  it('leaves pods without a controller out of the scale, and warns', async () => {
    await pod('alone');
    await budget({ maxUnavailable: 1 });
    await synced();
    expect(await numbers()).toEqual({ currentHealthy: 1, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 });
    expect(stub.events).toEqual([
      'UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    ]);
  });

  const gone = { metadata: { name: 'x', uid: 'x' } };
  it.each([
    ['is deleted', 'ReplicaSet', 'apps/v1', 'found no controllers for pod "a"'],
    ['is of an unknown kind', 'Gadget', 'example.com/v1', 'no matches for kind "Gadget" in version "example.com/v1"'],
  ])('allows nothing while a controller %s', async (_, kind, apiVersion, message) => {
    await pod('a', owner(kind, gone, apiVersion));
    await budget({ maxUnavailable: 1 });
    await setStatus({ disruptionsAllowed: 1, currentHealthy: 1 });
    await expect(synced()).rejects.toThrow(message);
    expect(await status()).toMatchObject({
      disruptionsAllowed: 0,
      currentHealthy: 1,
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message }],
    });
    expect(stub.events).toEqual([`CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${message}`]);
  });

  it('is left alone, to be computed again, if the budget changed meanwhile', async () => {
    await pod('a');
    await budget({ minAvailable: 0 });
    await stub.catchUp(pods);
    await setStatus({ disruptionsAllowed: 5 });
    await expect(stub.reconcile('web')).rejects.toMatchObject({ reason: 'Conflict' });
    expect(await numbers()).toMatchObject({ disruptionsAllowed: 5 });
  });

  it.each([
    ['cannot be read', errors.internal('broken'), 'broken'],
    [
      'is not served',
      new StatusError('NotFound', 'the server could not find the requested resource'),
      'widgets.example.com does not implement the scale subresource',
    ],
  ])('says that the scale of a controller %s', async (_, error, message) => {
    const widget = await stub.client.create(widgets, { metadata: metadata('widget'), spec: spec(5) });
    await pod('a', owner('Widget', widget, 'example.com/v1'));
    await budget({ maxUnavailable: 1 });
    stub.client.failNext('get widgets', error);
    await expect(synced()).rejects.toThrow(message);
    expect((await status())?.conditions).toMatchObject([{ reason: 'SyncFailed', message: expect.stringContaining(message) }]);
  });
});

describe('an evicted pod', () => {
  beforeEach(async () => {
    await budget({ minAvailable: 0 });
    await pod('a');
    await pod('b');
  });

  it('does not count for two minutes', async () => {
    await setStatus({ disruptedPods: { a: timeText(stub.clock.now()), gone: timeText(stub.clock.now()) } });
    expect(await synced()).toEqual({ requeueAfterMs: 2 * MINUTE + 1 });
    expect(await status()).toMatchObject({ currentHealthy: 1, expectedPods: 2, disruptedPods: { a: timeText(stub.clock.now()) } });
    expect((await status())?.disruptedPods).not.toHaveProperty('gone');
    await stub.clock.advance(2 * MINUTE + 1);
    expect(await synced()).toEqual({ done: true });
    expect((await status())?.disruptedPods).toBeUndefined();
    expect(await numbers()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 2 });
    expect(stub.events).toEqual(["NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't"]);
  });

  it('neither counts nor is listed while it terminates', async () => {
    await setStatus({ disruptedPods: { a: timeText(stub.clock.now()) } });
    const current = await stub.client.get(pods, { namespace: 'default', name: 'a' });
    await stub.client.update(pods, { ...current, metadata: { ...current.metadata, deletionTimestamp: timeText(stub.clock.now()) } });
    await synced();
    expect((await status())?.disruptedPods).toBeUndefined();
    expect(await numbers()).toMatchObject({ currentHealthy: 1, expectedPods: 2 });
  });
});

describe('a pod', () => {
  it('wakes the budgets that select it, and warns if there are several', async () => {
    await budget({ minAvailable: 1 });
    await budget({ minAvailable: 1, selector: {} }, 'all');
    stub.enqueued();
    const created = await pod('a');
    await stub.catchUp(pods);
    expect(stub.enqueued().sort()).toEqual(['default/all', 'default/web']);
    expect(stub.events).toEqual([
      expect.stringMatching(
        /^MultiplePodDisruptionBudgets: Pod "default"\/"a" matches multiple PodDisruptionBudgets\. {2}Chose "(all|web)" arbitrarily\.$/,
      ),
    ]);
    stub.scans();
    stub.show(pods, { ...created, metadata: { ...created.metadata, resourceVersion: '99', annotations: { a: 'b' } } });
    expect(stub.enqueued()).toEqual([]);
    expect(stub.scans()).toBe(0);
  });

  const condition = (reason: string) => ({
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'm', lastTransitionTime: timeText(stub.clock.now()) }],
  });
  const target = async () => (await stub.client.get(pods, { namespace: 'default', name: 'a' })).status?.conditions;

  it('that was not deleted loses its DisruptionTarget condition after two minutes', async () => {
    await pod('a', {}, 'True', condition('EvictionByEvictionAPI'));
    await stub.catchUp(pods);
    expect(stub.enqueued()).toEqual(['default/pods/a']);
    expect(await stub.reconcile('pods/a')).toEqual({ requeueAfterMs: 2 * MINUTE });
    await stub.clock.advance(2 * MINUTE);
    expect(await stub.reconcile('pods/a')).toEqual({ done: true });
    expect(await target()).toEqual([{ type: 'DisruptionTarget', status: 'False', lastTransitionTime: timeText(stub.clock.now()) }]);
  });

  it.each<[string, string, object, Pod['status']]>([
    ['the kubelet announced it', 'TerminationByKubelet', {}, {}],
    ['the pod has ended', 'EvictionByEvictionAPI', {}, { phase: 'Failed' }],
    ['the pod is terminating', 'EvictionByEvictionAPI', { deletionTimestamp: '2026-01-01T00:00:00Z' }, {}],
  ])('keeps the condition if %s', async (_, reason, more, ended) => {
    await pod('a', more, 'True', { ...condition(reason), ...ended });
    await stub.catchUp(pods);
    expect(stub.enqueued()).toEqual([]);
    await stub.clock.advance(3 * MINUTE);
    expect(await stub.reconcile('pods/a')).toEqual({ done: true });
    expect(await target()).toMatchObject([{ status: 'True' }]);
  });
});
