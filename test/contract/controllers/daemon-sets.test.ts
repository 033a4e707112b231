import { afterEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/index.ts';
import { daemonSets } from '../../../api/kinds/apps/daemon-set/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const labels = { app: 'log' };
const template = (image = 'log:1') => ({ metadata: { labels }, spec: { containers: [{ name: 'log', image }] } });
const set = (more: Partial<NonNullable<DaemonSet['spec']>> = {}): DaemonSet => ({
  metadata: { name: 'log', namespace: 'default' },
  spec: { selector: { matchLabels: labels }, template: template(), ...more },
});
const addNodes = async (count: number, from = 0) => {
  for (let i = from; i < from + count; i++) await cluster.client.create(nodes, { metadata: { name: `node-${i}`, labels: { number: String(i) } } });
};
const start = async (count: number, options?: Parameters<typeof startControllersCluster>[0]) => {
  cluster = await startControllersCluster(options);
  await addNodes(count);
};
const status = async () => (await cluster.find(daemonSets, 'log'))?.status;
const ready = (count: number) =>
  cluster.until(`${count} nodes have a ready pod of the newest template`, async () => {
    const found = await cluster.find(daemonSets, 'log');
    const { desiredNumberScheduled, numberReady, updatedNumberScheduled = 0, numberAvailable = 0, observedGeneration } = found?.status ?? {};
    return (
      desiredNumberScheduled === count &&
      numberReady === count &&
      updatedNumberScheduled === count &&
      numberAvailable === count &&
      observedGeneration === found?.metadata.generation
    );
  });
const staying = async () => (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
const nodesOf = async () => (await staying()).map(({ spec }) => spec?.nodeName).sort();
const patch = (body: object) => cluster.client.patch(daemonSets, keyIn('log'), { type: 'merge', body });
const setImage = (image: string) => patch({ spec: { template: template(image) } });
const imagesOf = async () => (await staying()).map(({ spec }) => spec?.containers[0]?.image);

describe('a DaemonSet', () => {
  it('has one pod on each node, also on those that come later', async () => {
    await start(3);
    await cluster.client.create(daemonSets, set());
    await ready(3);
    expect(await nodesOf()).toEqual(['node-0', 'node-1', 'node-2']);
    expect(await status()).toEqual({
      currentNumberScheduled: 3,
      numberMisscheduled: 0,
      desiredNumberScheduled: 3,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    });
    await addNodes(1, 3);
    await ready(4);
    expect(await nodesOf()).toEqual(['node-0', 'node-1', 'node-2', 'node-3']);
  });

  it('gives its pods their node, tolerations, hash and generation', async () => {
    await start(1);
    await cluster.client.create(daemonSets, set());
    await ready(1);
    const [pod] = await cluster.list(pods);
    const [revision] = await cluster.list(controllerRevisions);
    expect(pod?.metadata.labels).toEqual({
      ...labels,
      'controller-revision-hash': revision?.metadata.labels?.['controller-revision-hash'],
      'pod-template-generation': '1',
    });
    expect(revision?.metadata).toMatchObject({ name: `log-${revision?.metadata.labels?.['controller-revision-hash']}`, labels });
    expect(pod?.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-0'] }] }],
    });
    const tolerated = pod?.spec?.tolerations?.map(
      ({ key, operator, effect, tolerationSeconds }) => `${key} ${operator} ${effect} ${tolerationSeconds}`,
    );
    expect(tolerated).toEqual([
      'node.kubernetes.io/not-ready Exists NoExecute undefined',
      'node.kubernetes.io/unreachable Exists NoExecute undefined',
      'node.kubernetes.io/disk-pressure Exists NoSchedule undefined',
      'node.kubernetes.io/memory-pressure Exists NoSchedule undefined',
      'node.kubernetes.io/pid-pressure Exists NoSchedule undefined',
      'node.kubernetes.io/unschedulable Exists NoSchedule undefined',
    ]);
  });

  it('follows the labels of nodes', async () => {
    await start(3);
    await cluster.client.create(daemonSets, set({ template: { ...template(), spec: { ...template().spec, nodeSelector: { number: '1' } } } }));
    await ready(1);
    expect(await nodesOf()).toEqual(['node-1']);
    await cluster.client.patch(nodes, { namespace: '', name: 'node-2' }, { type: 'merge', body: { metadata: { labels: { number: '1' } } } });
    await ready(2);
    await cluster.client.patch(nodes, { namespace: '', name: 'node-1' }, { type: 'merge', body: { metadata: { labels: { number: '7' } } } });
    await cluster.until('the pod has left', async () => (await nodesOf()).join() === 'node-2');
    await ready(1);
  });

  it('stays on a node with a NoSchedule taint, and counts it as misscheduled', async () => {
    await start(2);
    await cluster.client.create(daemonSets, set());
    await ready(2);
    const taints = [{ key: 'special', effect: 'NoSchedule' }];
    await cluster.client.patch(nodes, { namespace: '', name: 'node-0' }, { type: 'merge', body: { spec: { taints } } });
    await cluster.until('one is misscheduled', async () => (await status())?.numberMisscheduled === 1);
    expect(await nodesOf()).toEqual(['node-0', 'node-1']);
    expect((await status())?.desiredNumberScheduled).toBe(1);
  });

  it('replaces a pod that failed, and one that succeeded, and says so', async () => {
    await start(2);
    await cluster.client.create(daemonSets, set());
    await ready(2);
    const [first, second] = await cluster.list(pods);
    const end = (pod: Live<Pod>, phase: string) =>
      cluster.client.patch(pods, keyIn(pod.metadata.name), { type: 'merge', body: { status: { phase } } }, { subresource: 'status' });
    await end(first!, 'Failed');
    await end(second!, 'Succeeded');
    await cluster.until('others have taken their places', async () =>
      (await cluster.list(pods)).every(({ metadata, status: found }) => metadata.uid !== first!.metadata.uid && found?.phase === 'Running'),
    );
    await ready(2);
    const events = await cluster.eventsOn('DaemonSet', 'log');
    const where = (pod: Live<Pod>) => `daemon pod default/${pod.metadata.name} on node ${pod.spec?.nodeName}`;
    expect(events).toContain(`FailedDaemonPod: Found failed ${where(first!)}, will try to kill it`);
    expect(events).toContain(`SucceededDaemonPod: Found succeeded ${where(second!)}, will try to delete it`);
  });

  it('adopts orphans, pods and revisions, as they are', async () => {
    await start(2);
    await cluster.client.create(daemonSets, set());
    await ready(2);
    const before = (await staying()).map(({ metadata }) => metadata.uid).sort();
    await cluster.client.delete(daemonSets, keyIn('log'), { propagationPolicy: 'Orphan' });
    await cluster.until('they are orphans', async () => {
      const objects = [...(await cluster.list(pods)), ...(await cluster.list(controllerRevisions))];
      return !(await cluster.find(daemonSets, 'log')) && objects.every(({ metadata }) => !metadata.ownerReferences?.length);
    });
    const { metadata } = await cluster.client.create(daemonSets, set());
    await ready(2);
    expect((await staying()).map((pod) => pod.metadata.uid).sort()).toEqual(before);
    const revisions = await cluster.list(controllerRevisions);
    expect(revisions.map((revision) => revision.metadata.ownerReferences?.[0]?.uid)).toEqual([metadata.uid]);
  });

  it('takes pods and revisions with it', async () => {
    await start(2);
    await cluster.client.create(daemonSets, set());
    await ready(2);
    await cluster.client.delete(daemonSets, keyIn('log'), { propagationPolicy: 'Foreground' });
    await cluster.until('all is gone', async () => !(await cluster.find(daemonSets, 'log')));
    expect(await cluster.list(pods)).toEqual([]);
    await cluster.until('the revisions are gone', async () => (await cluster.list(controllerRevisions)).length === 0);
  });

  it('counts a pod as available after minReadySeconds, without being told', async () => {
    await start(1);
    await cluster.client.create(daemonSets, set({ minReadySeconds: 2 }));
    await cluster.until('it is ready', async () => (await status())?.numberReady === 1);
    expect((await status())?.numberUnavailable).toBe(1);
    await ready(1);
  });

  it('says what keeps it from making pods, tries a few only, and goes on when there is room', async () => {
    await start(40);
    await cluster.client.create(resourceQuotas, { metadata: { name: 'few', namespace: 'default' }, spec: { hard: { pods: '3' } } });
    await cluster.until('the quota is counted', async () => (await cluster.find(resourceQuotas, 'few'))?.status?.used);
    await cluster.client.create(daemonSets, set());
    await cluster.until('the failure is reported', async () =>
      (await cluster.eventsOn('DaemonSet', 'log')).some((text) => text.startsWith('FailedCreate: Error creating: pods "log-')),
    );
    expect(await cluster.list(pods)).toHaveLength(3);
    await cluster.client.patch(resourceQuotas, keyIn('few'), { type: 'merge', body: { spec: { hard: { pods: '50' } } } });
    await ready(40);
  });
});

describe('a rolling update of a DaemonSet', () => {
  /** Watches the pods while `work` runs; returns the most nodes that lacked an available pod, and the most pods of a node. */
  async function extremes(work: () => Promise<unknown>): Promise<{ missing: number; perNode: number }> {
    const live = new Map<string, Live<Pod>>();
    const { items, resourceVersion } = await cluster.client.list(pods);
    for (const pod of items) live.set(pod.metadata.uid, pod);
    const all = (await cluster.client.list(nodes)).items.length;
    let [missing, perNode] = [0, 0];
    const abort = new AbortController();
    const watching = cluster.client.watch(
      pods,
      { resourceVersion },
      (event) => {
        if (!('object' in event)) return;
        const pod = event.object;
        if (event.type === 'DELETED') live.delete(pod.metadata.uid);
        else live.set(pod.metadata.uid, pod);
        const counts = new Map<string | undefined, number>();
        const serving = new Set<string | undefined>();
        for (const one of live.values()) {
          if (one.metadata.deletionTimestamp) continue;
          const target = one.spec?.nodeName;
          counts.set(target, (counts.get(target) ?? 0) + (target ? 1 : 0));
          if (one.status?.conditions?.some(({ type, status: found }) => type === 'Ready' && found === 'True')) serving.add(target);
        }
        missing = Math.max(missing, all - serving.size);
        perNode = Math.max(perNode, ...counts.values());
      },
      abort.signal,
    );
    await work();
    abort.abort();
    await watching;
    return { missing, perNode };
  }

  it('lacks no more pods than it may', async () => {
    await start(6);
    await cluster.client.create(daemonSets, set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } }));
    await ready(6);
    const seen = await extremes(async () => {
      await setImage('log:2');
      await ready(6);
    });
    expect(new Set(await imagesOf())).toEqual(new Set(['log:2']));
    expect(seen).toEqual({ missing: 2, perNode: 1 });
  });

  it('surges without a gap', async () => {
    await start(5);
    await cluster.client.create(daemonSets, set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } }));
    await ready(5);
    const seen = await extremes(async () => {
      await setImage('log:2');
      await ready(5);
    });
    await cluster.until('one pod a node is left', async () => (await imagesOf()).join() === Array(5).fill('log:2').join());
    expect(seen).toEqual({ missing: 0, perNode: 2 });
  });

  it('waits for somebody to delete the pods of a set with OnDelete', async () => {
    await start(2);
    await cluster.client.create(daemonSets, set({ updateStrategy: { type: 'OnDelete' } }));
    await ready(2);
    await setImage('log:2');
    await cluster.until('the revision is there', async () => (await cluster.list(controllerRevisions)).length === 2);
    await cluster.until('none is updated', async () => (await status())?.updatedNumberScheduled === undefined);
    const victim = (await cluster.list(pods)).find(({ spec }) => spec?.nodeName === 'node-1');
    await cluster.client.delete(pods, keyIn(victim!.metadata.name));
    await cluster.until('one is updated', async () => (await status())?.updatedNumberScheduled === 1 && (await status())?.numberReady === 2);
    expect((await imagesOf()).sort()).toEqual(['log:1', 'log:2']);
  });

  it('is rolled back without a restart of the pods that it had not reached', async () => {
    await start(4, { runPods: (pod) => (pod.spec?.containers[0]?.image === 'log:broken' ? 'unready' : 'run') });
    await cluster.client.create(daemonSets, set());
    await ready(4);
    const before = (await staying()).map(({ metadata }) => metadata.uid);
    await setImage('log:broken');
    await cluster.until('it is under way', async () => (await imagesOf()).includes('log:broken'));
    await setImage('log:1');
    await ready(4);
    expect((await staying()).filter(({ metadata }) => before.includes(metadata.uid))).toHaveLength(3);
    const revisions = await cluster.list(controllerRevisions);
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3]);
  });

  it('keeps as many old revisions as the limit says', async () => {
    await start(1);
    await cluster.client.create(daemonSets, set({ revisionHistoryLimit: 1 }));
    await ready(1);
    for (const image of ['log:2', 'log:3', 'log:4']) {
      await setImage(image);
      await ready(1);
    }
    await cluster.until('two are left', async () => (await cluster.list(controllerRevisions)).length === 2);
    expect((await cluster.list(controllerRevisions)).map(({ revision }) => revision).sort()).toEqual([3, 4]);
  });

  it('finds another name where its hash is taken by another template', async () => {
    await start(1);
    await cluster.client.create(daemonSets, set());
    await ready(1);
    const [first] = await cluster.list(controllerRevisions);
    await cluster.client.delete(daemonSets, keyIn('log'), { propagationPolicy: 'Foreground' });
    await cluster.until(
      'all is gone',
      async () => !(await cluster.find(daemonSets, 'log')) && (await cluster.list(controllerRevisions)).length === 0,
    );
    await cluster.client.create(controllerRevisions, {
      metadata: { name: first!.metadata.name, namespace: 'default' },
      data: { spec: { template: {} } },
      revision: 7,
    });
    await cluster.client.create(daemonSets, set());
    await ready(1);
    expect((await status())?.collisionCount).toBe(1);
    expect(await cluster.list(controllerRevisions)).toHaveLength(2);
  });
});
