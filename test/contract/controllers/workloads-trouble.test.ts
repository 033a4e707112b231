import { afterEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import { daemonSets } from '../../../api/kinds/apps/daemon-set/index.ts';
import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { twoOfEach, whileRestarting } from '../../support/cluster/trouble.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const labels = (app: string) => ({ app });
const template = (app: string, image: string) => ({ metadata: { labels: labels(app) }, spec: { containers: [{ name: 'c', image }] } });
const NODES = 8;
const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }];

const imagesOf = async (app: string) =>
  (await cluster.list(pods))
    .filter(({ metadata }) => metadata.labels?.app === app && metadata.deletionTimestamp === undefined)
    .map(({ spec }) => spec?.containers[0]?.image);

async function daemonsRun(image: string, count: number): Promise<void> {
  await cluster.until(`${count} daemons run ${image}`, async () => {
    const found = await cluster.find(daemonSets, 'log');
    const { numberAvailable, updatedNumberScheduled, desiredNumberScheduled, observedGeneration } = found?.status ?? {};
    const images = await imagesOf('log');
    return (
      [numberAvailable, updatedNumberScheduled, desiredNumberScheduled].every((number) => number === count) &&
      observedGeneration === found?.metadata.generation &&
      images.length === count &&
      images.every((one) => one === image)
    );
  });
}

async function replicasRun(image: string, count: number): Promise<void> {
  await cluster.until(`${count} replicas run ${image}`, async () => {
    const found = await cluster.find(statefulSets, 'db');
    const { replicas, availableReplicas, updatedReplicas, currentRevision, updateRevision, observedGeneration } = found?.status ?? {};
    const images = await imagesOf('db');
    return (
      [replicas, availableReplicas, updatedReplicas].every((number) => number === count) &&
      currentRevision === updateRevision &&
      observedGeneration === found?.metadata.generation &&
      images.length === count &&
      images.every((one) => one === image)
    );
  });
}

/** A DaemonSet and a StatefulSet are created, rolled out, scaled, rolled back and deleted; the end of each is checked. */
async function liveThrough(): Promise<void> {
  const { client } = cluster;
  for (let i = 0; i < NODES - 1; i++) await client.create(nodes, { metadata: { name: `node-${i}` } });
  await client.create(daemonSets, {
    metadata: { name: 'log', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels('log') },
      template: template('log', 'log:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 3 } },
    },
  });
  await client.create(statefulSets, {
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: labels('db') },
      template: template('db', 'db:1'),
      volumeClaimTemplates,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
    },
  });
  await Promise.all([daemonsRun('log:1', NODES - 1), replicasRun('db:1', 3)]);
  await client.create(nodes, { metadata: { name: `node-${NODES - 1}` } });
  const update = (image: string) => async () => {
    await client.patch(daemonSets, keyIn('log'), { type: 'merge', body: { spec: { template: template('log', `log:${image}`) } } });
    await client.patch(statefulSets, keyIn('db'), { type: 'merge', body: { spec: { template: template('db', `db:${image}`) } } });
  };
  await update('2')();
  await Promise.all([daemonsRun('log:2', NODES), replicasRun('db:2', 3)]);
  await client.patch(statefulSets, keyIn('db'), { type: 'merge', body: { spec: { replicas: 1 } } });
  await client.patch(nodes, { namespace: '', name: 'node-1' }, { type: 'merge', body: { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } } });
  await Promise.all([daemonsRun('log:2', NODES - 1), replicasRun('db:2', 1)]);
  await cluster.until('claims are gone with their pods', async () => (await cluster.list(persistentVolumeClaims)).length === 1);
  await update('1')();
  await Promise.all([daemonsRun('log:1', NODES - 1), replicasRun('db:1', 1)]);
  expect((await cluster.list(controllerRevisions)).map(({ revision }) => revision).sort()).toEqual([2, 2, 3, 3]);
  await client.delete(daemonSets, keyIn('log'), { propagationPolicy: 'Background' });
  await client.delete(statefulSets, keyIn('db'), { propagationPolicy: 'Background' });
  await cluster.until('all is gone', async () => {
    const left = await Promise.all([cluster.list(pods), cluster.list(controllerRevisions), cluster.list(persistentVolumeClaims)]);
    return left.every((list) => list.length === 0);
  });
}

describe('DaemonSets and StatefulSets come to the right end', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 40 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (_, trouble) => {
    cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough();
  });

  it('with two of each at work', async () => {
    cluster = await startControllersCluster({
      controllers: twoOfEach(),
    });
    await liveThrough();
  });

  it('with controllers that end in the middle, and others that begin', async () => {
    cluster = await startControllersCluster();
    await whileRestarting(cluster, liveThrough(), 12);
  });
});

it('with a cache that lags no daemon is made or deleted in excess, and no replica out of turn', async () => {
  cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, { delayMs: 60 }) });
  for (let i = 0; i < 20; i++) await cluster.client.create(nodes, { metadata: { name: `node-${i}` } });
  const made: string[] = [];
  const abort = new AbortController();
  const watching = cluster.client.watch(
    pods,
    { resourceVersion: (await cluster.client.list(pods)).resourceVersion },
    (event) => 'object' in event && event.type === 'ADDED' && made.push(event.object.metadata.name),
    abort.signal,
  );
  await cluster.client.create(daemonSets, {
    metadata: { name: 'log', namespace: 'default' },
    spec: { selector: { matchLabels: labels('log') }, template: template('log', 'log:1') },
  });
  await cluster.client.create(statefulSets, {
    metadata: { name: 'db', namespace: 'default' },
    spec: { replicas: 4, serviceName: 'db', selector: { matchLabels: labels('db') }, template: template('db', 'db:1') },
  });
  await Promise.all([daemonsRun('log:1', 20), replicasRun('db:1', 4)]);
  await cluster.client.patch(daemonSets, keyIn('log'), {
    type: 'merge',
    body: { spec: { template: template('log', 'log:2'), updateStrategy: { rollingUpdate: { maxUnavailable: '50%' } } } },
  });
  await daemonsRun('log:2', 20);
  abort.abort();
  await watching;
  expect(made.filter((name) => name.startsWith('log-'))).toHaveLength(40);
  expect(made.filter((name) => name.startsWith('db-'))).toEqual(['db-0', 'db-1', 'db-2', 'db-3']);
});
