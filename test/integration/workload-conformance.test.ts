import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kind } from '../../api/definition/kind.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import { controllerRevisions } from '../../api/kinds/apps/controller-revision.ts';
import type { DaemonSet } from '../../api/kinds/apps/daemon-set/index.ts';
import { daemonSets } from '../../api/kinds/apps/daemon-set/index.ts';
import type { StatefulSet } from '../../api/kinds/apps/stateful-set/index.ts';
import { statefulSets } from '../../api/kinds/apps/stateful-set/index.ts';
import type { Scale } from '../../api/kinds/autoscaling/scale.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Cluster } from '../../cli/testing.ts';
import { eventually, startCluster } from '../../cli/testing.ts';

/**
 * Replays the conformance tests of DaemonSet, StatefulSet and ControllerRevision (test/e2e/apps of Kubernetes 1.36) call by call. Where those
 * break an HTTP probe, a readiness gate stands in: simulated nodes serve no HTTP.
 */
let cluster: Cluster;
let namespace = '';
let count = 0;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 3 });
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  namespace = `conformance-${++count}`;
  await cluster.client.create(namespaces, { metadata: { name: namespace } });
  await eventually(() => cluster.client.get(serviceAccounts, { namespace, name: 'default' }));
});

const key = (name: string) => ({ namespace, name });
const list = async <T extends KubeObject>(kind: Kind<T>, labelSelector?: string) =>
  (await cluster.client.list(kind, { namespace, ...(labelSelector ? { labelSelector } : {}) })).items;
const running = async (): Promise<readonly Live<Pod>[]> => (await list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
const isReady = ({ status }: Pod) =>
  status?.phase === 'Running' && status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
const condition = (type: string) => ({ type, status: 'True', reason: 'E2E', message: 'Set from e2e test' });

describe('[sig-apps] Daemon set [Serial]', () => {
  const labels = { 'daemonset-name': 'daemon-set' };
  const template = (image = 'httpd:1', spec: object = {}) => ({
    metadata: { labels },
    spec: { containers: [{ name: 'app', image, ports: [{ containerPort: 9376 }] }], ...spec },
  });
  const daemonSet = (spec: object = {}): DaemonSet => ({
    metadata: { name: 'daemon-set', namespace, labels },
    spec: { selector: { matchLabels: labels }, template: template(), ...spec },
  });
  const runsOn = (...names: string[]) =>
    eventually(async () => {
      const found = await running();
      expect(
        found
          .filter(isReady)
          .map(({ spec }) => spec?.nodeName)
          .sort(),
      ).toEqual(names);
    });
  const runsOnAll = () => runsOn('node-0', 'node-1', 'node-2');
  const patch = (body: object) => cluster.client.patch(daemonSets, key('daemon-set'), { type: 'strategic', body });
  const setImage = (image: string) => patch({ spec: { template: { spec: { containers: [{ name: 'app', image }] } } } });
  const hashes = async () => new Set((await running()).map(({ metadata }) => metadata.labels?.['controller-revision-hash']));

  it('should run and stop simple daemon', async () => {
    await cluster.client.create(daemonSets, daemonSet());
    await runsOnAll();
    const [pod] = await running();
    await cluster.client.delete(pods, key(pod?.metadata.name ?? ''), { gracePeriodSeconds: 0 });
    await runsOnAll();
  });

  it('should run and stop complex daemon', async () => {
    const color = (value: string | null) =>
      cluster.client.patch(nodes, { namespace: '', name: 'node-0' }, { type: 'merge', body: { metadata: { labels: { 'daemonset-color': value } } } });
    await cluster.client.create(daemonSets, daemonSet({ template: template('httpd:1', { nodeSelector: { 'daemonset-color': 'blue' } }) }));
    await runsOn();
    await color('blue');
    await runsOn('node-0');
    await color('green');
    await runsOn();
    await patch({ spec: { template: { spec: { nodeSelector: { 'daemonset-color': 'green' } } }, updateStrategy: { type: 'RollingUpdate' } } });
    await runsOn('node-0');
    await color(null);
    await runsOn();
  });

  it('should retry creating failed daemon pods', async () => {
    await cluster.client.create(daemonSets, daemonSet());
    await runsOnAll();
    const [pod] = await running();
    const { resourceVersion: _, ...metadata } = pod!.metadata;
    await cluster.client.update(pods, { ...pod!, metadata, status: { ...pod!.status, phase: 'Failed' } }, { subresource: 'status' });
    await eventually(async () => expect((await list(pods)).map((one) => one.metadata.uid)).not.toContain(metadata.uid));
    await runsOnAll();
  });

  it('should update pod when spec was updated and update strategy is RollingUpdate', async () => {
    await cluster.client.create(daemonSets, daemonSet({ updateStrategy: { type: 'RollingUpdate' } }));
    await runsOnAll();
    const [first] = await list(controllerRevisions);
    expect(first?.revision).toBe(1);
    expect(await hashes()).toEqual(new Set([first?.metadata.labels?.['controller-revision-hash']]));
    await setImage('agnhost:2');
    await eventually(async () => {
      const found = await running();
      expect(found.filter(isReady).map(({ spec }) => spec?.containers[0]?.image)).toEqual(Array(3).fill('agnhost:2'));
      expect(found.map(({ metadata }) => metadata.labels?.['pod-template-generation'])).toEqual(Array(3).fill('2'));
    });
    const second = (await list(controllerRevisions)).find(({ revision }) => revision === 2);
    expect(await hashes()).toEqual(new Set([second?.metadata.labels?.['controller-revision-hash']]));
  });

  it('should rollback without unnecessary restarts', async () => {
    const gate = { readinessGates: [{ conditionType: 'example.com/ready' }] };
    await cluster.client.create(daemonSets, daemonSet({ updateStrategy: { type: 'RollingUpdate' } }));
    await runsOnAll();
    const before = (await running()).map(({ metadata }) => metadata.uid);
    await patch({ spec: { template: { spec: gate } } });
    await eventually(async () => expect((await running()).some(({ metadata }) => !before.includes(metadata.uid))).toBe(true));
    const back = { spec: { template: { spec: { readinessGates: null } } } };
    await cluster.client.patch(daemonSets, key('daemon-set'), { type: 'merge', body: back });
    await runsOnAll();
    expect((await running()).filter(({ metadata }) => before.includes(metadata.uid))).toHaveLength(2);
  });

  it('should list and delete a collection of DaemonSets', async () => {
    await cluster.client.create(daemonSets, daemonSet());
    await runsOnAll();
    expect(await list(daemonSets, 'daemonset-name=daemon-set')).toHaveLength(1);
    await cluster.client.deleteCollection(daemonSets, { namespace, labelSelector: 'daemonset-name=daemon-set' }, { gracePeriodSeconds: 1 });
    await eventually(async () => expect(await list(daemonSets)).toEqual([]));
    await eventually(async () => expect(await list(pods)).toEqual([]));
  });

  it('should verify changes to a daemon set status', async () => {
    await cluster.client.create(daemonSets, daemonSet());
    await runsOnAll();
    await eventually(async () => {
      const found = await cluster.client.get(daemonSets, key('daemon-set'));
      const status = { ...found.status!, conditions: [...(found.status?.conditions ?? []), condition('StatusUpdate')] };
      await cluster.client.update(daemonSets, { ...found, status }, { subresource: 'status' });
    });
    expect((await cluster.client.get(daemonSets, key('daemon-set'))).status?.conditions).toEqual([
      expect.objectContaining(condition('StatusUpdate')),
    ]);
    const body = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
    await cluster.client.patch(daemonSets, key('daemon-set'), { type: 'merge', body }, { subresource: 'status' });
    await eventually(async () => {
      const { status } = await cluster.client.get(daemonSets, key('daemon-set'));
      expect(status).toMatchObject({ conditions: [{ type: 'StatusPatched', status: 'True' }], numberReady: 3 });
    });
  });
});

describe('[sig-apps] ControllerRevision [Serial]', () => {
  it('should manage the lifecycle of a ControllerRevision', async () => {
    const labels = { 'daemonset-name': 'e2e-daemon-set' };
    const selector = 'daemonset-name=e2e-daemon-set';
    const { client } = cluster;
    const containers = [{ name: 'app', image: 'agnhost:2' }];
    const set = await client.create(daemonSets, {
      metadata: { name: 'e2e-daemon-set', namespace, labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
    await eventually(async () => expect((await running()).filter(isReady)).toHaveLength(3));
    const [initial] = await list(controllerRevisions, selector);
    expect(initial?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'DaemonSet', uid: set.metadata.uid });
    const label = (revision: Live<ControllerRevision>, value: string) =>
      client.patch(controllerRevisions, key(revision.metadata.name), {
        type: 'strategic',
        body: { metadata: { labels: { [revision.metadata.name]: value } } },
      });
    expect((await label(initial!, 'patched')).metadata.labels).toMatchObject({ [initial!.metadata.name]: 'patched' });
    const { data, metadata } = initial!;
    await client.create(controllerRevisions, {
      metadata: {
        name: 'e2e-daemon-set-b8d66c85b',
        namespace,
        labels: { ...labels, 'controller-revision-hash': 'b8d66c85b' },
        ...(metadata.ownerReferences ? { ownerReferences: metadata.ownerReferences } : {}),
      },
      data,
      revision: (initial?.revision ?? 0) + 1,
    });
    expect(await list(controllerRevisions, selector)).toHaveLength(2);
    await client.delete(controllerRevisions, key(metadata.name));
    await eventually(async () => expect(await list(controllerRevisions, selector)).toHaveLength(1));
    const [current] = await list(controllerRevisions);
    await eventually(async () => {
      const fresh = await client.get(controllerRevisions, key(current!.metadata.name));
      const changed = { ...fresh.metadata, labels: { ...fresh.metadata.labels, [current!.metadata.name]: 'updated' } };
      await client.update(controllerRevisions, { ...fresh, metadata: changed });
    });
    await client.patch(daemonSets, key('e2e-daemon-set'), {
      type: 'strategic',
      body: { spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } } },
    });
    await eventually(async () => expect(await list(controllerRevisions, selector)).toHaveLength(2));
    await client.deleteCollection(controllerRevisions, { namespace, labelSelector: `${current!.metadata.name}=updated` });
    await eventually(async () => expect((await list(controllerRevisions, selector)).map(({ revision }) => revision)).toEqual([3]));
  });
});

describe('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic]', () => {
  const GATE = 'example.com/healthy';
  const labels = { foo: 'bar', baz: 'blah' };
  const template = (image = 'httpd:1', spec: object = {}) => ({
    metadata: { labels },
    spec: { containers: [{ name: 'webserver', image }], ...spec },
  });
  const gated = { readinessGates: [{ conditionType: GATE }] };
  const statefulSet = (name: string, replicas: number, spec: object = {}): StatefulSet => ({
    metadata: { name, namespace, labels },
    spec: { replicas, serviceName: 'test', selector: { matchLabels: labels }, template: template(), ...spec },
  });
  const create = (name: string, replicas: number, spec?: object) => cluster.client.create(statefulSets, statefulSet(name, replicas, spec));
  const patch = (name: string, spec: object) => cluster.client.patch(statefulSets, key(name), { type: 'strategic', body: { spec } });
  const setImage = (name: string, image: string) => patch(name, { template: { spec: { containers: [{ name: 'webserver', image }] } } });
  const statusOf = async (name: string) => {
    const { status, metadata } = await cluster.client.get(statefulSets, key(name));
    return { ...status, isCurrent: status?.observedGeneration === metadata.generation };
  };
  const readyPods = (number: number) =>
    eventually(async () => {
      const found = await list(pods);
      expect(found).toHaveLength(number);
      expect(found.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)).toHaveLength(number);
    });
  const settled = (name: string) => eventually(async () => expect((await statusOf(name)).isCurrent).toBe(true));
  const images = async () => Object.fromEntries((await running()).map(({ metadata, spec }) => [metadata.name, spec?.containers[0]?.image]));
  const readyReplicas = (name: string, number: number) => eventually(async () => expect((await statusOf(name)).readyReplicas ?? 0).toBe(number));
  const setHealth = (pod: Live<Pod>, status: 'True' | 'False') =>
    cluster.client.patch(
      pods,
      key(pod.metadata.name),
      { type: 'strategic', body: { status: { conditions: [{ type: GATE, status }] } } },
      { subresource: 'status' },
    );
  const breakAll = async () => {
    for (const pod of await running()) await setHealth(pod, 'False');
  };
  /** Makes every pod healthy, those that come later too, until `done` holds. */
  const restoreUntil = (done: () => Promise<void>) =>
    eventually(async () => {
      for (const pod of await running()) if (!isReady(pod)) await setHealth(pod, 'True').catch(() => {});
      await done();
    });

  it('should perform rolling updates and roll backs of template modifications', async () => {
    await create('ss2', 3);
    await readyPods(3);
    await settled('ss2');
    const { currentRevision: first, updateRevision } = await statusOf('ss2');
    expect(first).toBe(updateRevision);
    await setImage('ss2', 'httpd:2');
    await eventually(async () => expect((await statusOf('ss2')).updateRevision).not.toBe(first));
    await eventually(async () => expect(await images()).toEqual({ 'ss2-0': 'httpd:2', 'ss2-1': 'httpd:2', 'ss2-2': 'httpd:2' }));
    await eventually(async () => expect((await statusOf('ss2')).currentRevision).not.toBe(first));
    await setImage('ss2', 'httpd:1');
    await eventually(async () => expect(await statusOf('ss2')).toMatchObject({ currentRevision: first, updateRevision: first, readyReplicas: 3 }));
    expect(new Set(Object.values(await images()))).toEqual(new Set(['httpd:1']));
    expect(await list(controllerRevisions)).toHaveLength(2);
  });

  it('should perform canary updates and phased rolling updates of template modifications', async () => {
    const partition = (number: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: number } } });
    const expected = (from: number) => Object.fromEntries([0, 1, 2].map((ordinal) => [`ss2-${ordinal}`, ordinal < from ? 'httpd:1' : 'httpd:2']));
    await create('ss2', 3, partition(3));
    await readyPods(3);
    await settled('ss2');
    await setImage('ss2', 'httpd:2');
    await settled('ss2');
    expect(await images()).toEqual(expected(3));
    const { currentRevision, updateRevision } = await statusOf('ss2');
    expect(currentRevision).not.toBe(updateRevision);
    await patch('ss2', partition(2));
    await eventually(async () => expect(await images()).toEqual(expected(2)));
    await readyPods(3);
    const before = (await running()).map(({ metadata }) => metadata.uid);
    for (const name of ['ss2-0', 'ss2-2']) await cluster.client.delete(pods, key(name), { gracePeriodSeconds: 0 });
    await eventually(async () => expect((await running()).filter(({ metadata }) => !before.includes(metadata.uid))).toHaveLength(2));
    await readyPods(3);
    expect(await images()).toEqual(expected(2));
    for (const from of [1, 0]) {
      await patch('ss2', partition(from));
      await eventually(async () => expect(await images()).toEqual(expected(from)));
      await readyPods(3);
    }
    await eventually(async () => expect((await statusOf('ss2')).currentRevision).toBe(updateRevision));
  });

  it('Scaling should happen in predictable order and halt if any stateful pod is unhealthy [Slow]', async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const { resourceVersion } = await cluster.client.list(pods, { namespace });
    const watching = cluster.client.watch(
      pods,
      { namespace, resourceVersion },
      (event) => 'object' in event && event.type !== 'MODIFIED' && seen.push(`${event.type} ${event.object.metadata.name}`),
      abort.signal,
    );
    await create('ss', 1, { template: template('httpd:1', gated) });
    await restoreUntil(async () => expect((await statusOf('ss')).readyReplicas).toBe(1));
    await breakAll();
    await readyReplicas('ss', 0);
    await patch('ss', { replicas: 3 });
    await settled('ss');
    expect(await list(pods)).toHaveLength(1);
    await restoreUntil(async () => expect((await statusOf('ss')).readyReplicas).toBe(3));
    await breakAll();
    await readyReplicas('ss', 0);
    await patch('ss', { replicas: 0 });
    await settled('ss');
    expect(await running()).toHaveLength(3);
    await restoreUntil(async () => expect(await list(pods)).toEqual([]));
    await eventually(() => expect(seen).toEqual(['ADDED ss-0', 'ADDED ss-1', 'ADDED ss-2', 'DELETED ss-2', 'DELETED ss-1', 'DELETED ss-0']));
    abort.abort();
    await watching;
  });

  it('Burst scaling should run to completion even with unhealthy pods [Slow]', async () => {
    await create('ss', 1, { podManagementPolicy: 'Parallel', template: template('httpd:1', gated) });
    await restoreUntil(async () => expect((await statusOf('ss')).readyReplicas).toBe(1));
    await breakAll();
    await readyReplicas('ss', 0);
    await patch('ss', { replicas: 3 });
    await eventually(async () => expect(await running()).toHaveLength(3));
    await restoreUntil(async () => expect((await statusOf('ss')).readyReplicas).toBe(3));
    await breakAll();
    await readyReplicas('ss', 0);
    await patch('ss', { replicas: 0 });
    await eventually(async () => expect(await list(pods)).toEqual([]));
    await eventually(async () => expect((await statusOf('ss')).replicas).toBe(0));
  });

  it('Should recreate evicted statefulset', async () => {
    const ports = [{ name: 'conflict', containerPort: 21017, hostPort: 21017 }];
    const spec = { nodeName: 'node-0', containers: [{ name: 'webserver', image: 'httpd:1', ports }] };
    await cluster.client.create(pods, { metadata: { name: 'test-pod', namespace }, spec });
    await eventually(async () => expect((await cluster.client.get(pods, key('test-pod'))).status?.phase).toBe('Running'));
    const refused = new Set<string>();
    const abort = new AbortController();
    const { resourceVersion } = await cluster.client.list(pods, { namespace });
    const watching = cluster.client.watch(
      pods,
      { namespace, resourceVersion, fieldSelector: 'metadata.name=ss-0' },
      (event) => 'object' in event && event.type === 'DELETED' && refused.add(event.object.metadata.uid),
      abort.signal,
    );
    await create('ss', 1, { template: { metadata: { labels }, spec } });
    await eventually(() => expect(refused.size).toBeGreaterThan(0));
    await cluster.client.delete(pods, key('test-pod'), { gracePeriodSeconds: 0 });
    await eventually(async () => {
      const { metadata, status } = await cluster.client.get(pods, key('ss-0'));
      expect(status?.phase).toBe('Running');
      expect(refused).not.toContain(metadata.uid);
    });
    abort.abort();
    await watching;
  });

  it('should have a working scale subresource', async () => {
    await create('ss', 1);
    await readyPods(1);
    await settled('ss');
    const scale = await eventually(async () => {
      const found = await cluster.client.getSubresource<Scale>(statefulSets, key('ss'), 'scale');
      expect(found).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1, selector: 'baz=blah,foo=bar' } });
      return found;
    });
    const { resourceVersion: _, ...metadata } = scale.metadata ?? {};
    await cluster.client.update(statefulSets, { ...scale, metadata, spec: { replicas: 2 } } as StatefulSet, { subresource: 'scale' });
    expect((await cluster.client.get(statefulSets, key('ss'))).spec?.replicas).toBe(2);
    await cluster.client.patch(statefulSets, key('ss'), { type: 'strategic', body: { spec: { replicas: 4 } } }, { subresource: 'scale' });
    expect((await cluster.client.get(statefulSets, key('ss'))).spec?.replicas).toBe(4);
    await readyPods(4);
  });

  it('should list, patch and delete a collection of StatefulSets', async () => {
    await create('test-ss', 1);
    await readyPods(1);
    const body = {
      metadata: { labels: { 'test-ss': 'patched' } },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'webserver', image: 'pause:1' }] } } },
    };
    await cluster.client.patch(statefulSets, key('test-ss'), { type: 'strategic', body });
    await eventually(async () => expect(await images()).toEqual({ 'test-ss-0': 'pause:1', 'test-ss-1': 'pause:1' }));
    await readyPods(2);
    expect(await list(statefulSets, 'test-ss=patched')).toHaveLength(1);
    await cluster.client.deleteCollection(statefulSets, { namespace, labelSelector: 'test-ss=patched' }, { gracePeriodSeconds: 1 });
    await eventually(async () => expect(await list(statefulSets)).toEqual([]));
    await eventually(async () => expect(await list(pods)).toEqual([]));
  });

  it('should validate Statefulset Status endpoints', async () => {
    await create('ss', 1);
    await readyPods(1);
    await eventually(async () => {
      const found = await cluster.client.get(statefulSets, key('ss'));
      const status = { ...found.status!, conditions: [...(found.status?.conditions ?? []), condition('StatusUpdate')] };
      await cluster.client.update(statefulSets, { ...found, status }, { subresource: 'status' });
    });
    expect((await statusOf('ss')).conditions).toEqual([expect.objectContaining(condition('StatusUpdate'))]);
    const body = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
    await cluster.client.patch(statefulSets, key('ss'), { type: 'merge', body }, { subresource: 'status' });
    await eventually(async () =>
      expect(await statusOf('ss')).toMatchObject({ conditions: [{ type: 'StatusPatched', status: 'True' }], readyReplicas: 1 }),
    );
  });
});
