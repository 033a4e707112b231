import { afterEach, describe, expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { endpoints } from '../../../api/kinds/core/endpoints.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const NS = 'work';
const key = { namespace: NS, name: 'web' };
const labels = { app: 'web' };
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'web', image }] } });

const imagesOf = async () =>
  (await cluster.list(pods, NS)).filter((pod) => !pod.metadata.deletionTimestamp).map((pod) => pod.spec?.containers[0]?.image);
const addresses = (slice: { endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] }) =>
  (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready).flatMap((endpoint) => endpoint.addresses);

/** Checks the final state of a quota, a Deployment and a Service, a rollout, a scale-down, and the end of the namespace. */
async function liveThrough(): Promise<void> {
  const { client } = cluster;
  await client.create(nodes, { metadata: { name: 'node-0' } });
  await client.create(namespaces, { metadata: { name: NS } });
  await cluster.until('the namespace is ready', async () => (await cluster.list(endpoints, NS)).length === 0);
  await client.create(resourceQuotas, { metadata: { name: 'q', namespace: NS }, spec: { hard: { pods: '50' } } });
  await client.create(services, {
    metadata: key,
    spec: { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], selector: labels, ports: [{ port: 80 }] },
  });
  await client.create(deployments, { metadata: key, spec: { replicas: 6, selector: { matchLabels: labels }, template: template('web:1') } });

  const isRolledOut = async (image: string, replicas: number) => {
    const images = await imagesOf();
    const { status, metadata } = await client.get(deployments, key);
    const slices = await cluster.list(endpointSlices, NS);
    const subset = (await cluster.find(endpoints, 'web', NS))?.subsets?.[0];
    const quota = await client.get(resourceQuotas, { namespace: NS, name: 'q' });
    return (
      images.length === replicas &&
      images.every((found) => found === image) &&
      status?.availableReplicas === replicas &&
      status.replicas === replicas &&
      status.observedGeneration === metadata.generation &&
      status.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'NewReplicaSetAvailable') &&
      slices.length === 1 &&
      slices.flatMap(addresses).length === replicas &&
      subset?.addresses?.length === replicas &&
      quota.status?.used?.pods === String(replicas)
    );
  };
  await cluster.until('six pods run', () => isRolledOut('web:1', 6));
  await client.patch(deployments, key, { type: 'merge', body: { spec: { template: template('web:2') } } });
  await cluster.until('six new pods run', () => isRolledOut('web:2', 6));
  expect(await cluster.list(replicaSets, NS)).toHaveLength(2);
  await client.patch(deployments, key, { type: 'merge', body: { spec: { replicas: 2 } } });
  await cluster.until('two pods are left', () => isRolledOut('web:2', 2));
  await client.delete(namespaces, { namespace: '', name: NS });
  await cluster.until('the namespace is gone', async () => !(await cluster.find(namespaces, NS)));
  expect(await cluster.list(pods, NS)).toEqual([]);
}

describe('the controllers come to the right end', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 60 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (_, trouble) => {
    cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough();
  });

  it('with two of each at work', async () => {
    const all = () => homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' });
    cluster = await startControllersCluster({
      controllers: [...all(), ...all().map((definition) => ({ ...definition, name: `${definition.name}-2` }))],
    });
    await liveThrough();
  });

  it('with others who write the same objects all the time', async () => {
    cluster = await startControllersCluster();
    let storming = true;
    const storm = async () => {
      for (let count = 0; storming; count++) {
        const body = { metadata: { annotations: { storm: String(count) } } };
        const objects = [
          [deployments, await cluster.list(deployments, NS)],
          [replicaSets, await cluster.list(replicaSets, NS)],
          [endpointSlices, await cluster.list(endpointSlices, NS)],
        ] as const;
        for (const [kind, list] of objects) {
          for (const { metadata } of list) {
            await cluster.client.patch(kind as typeof deployments, { namespace: NS, name: metadata.name }, { type: 'merge', body }).catch(() => {});
          }
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const raging = storm();
    try {
      await liveThrough();
    } finally {
      storming = false;
      await raging;
    }
  });
});

it('with a cache that lags no pod is made or deleted in excess', async () => {
  cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, { delayMs: 100 }) });
  const made = new Set<string>();
  const abort = new AbortController();
  const watching = cluster.client.watch(
    pods,
    { resourceVersion: (await cluster.client.list(pods)).resourceVersion },
    (event) => 'object' in event && made.add(event.object.metadata.uid),
    abort.signal,
  );
  await cluster.client.create(replicaSets, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 20, selector: { matchLabels: labels }, template: template('web:1') },
  });
  const ready = (count: number) => async () =>
    (await cluster.client.get(replicaSets, { namespace: 'default', name: 'web' })).status?.readyReplicas === count &&
    (await cluster.list(pods)).length === count;
  await cluster.until('twenty are ready', ready(20));
  await cluster.client.patch(replicaSets, { namespace: 'default', name: 'web' }, { type: 'merge', body: { spec: { replicas: 7 } } });
  await cluster.until('seven are left', ready(7));
  await cluster.client.patch(replicaSets, { namespace: 'default', name: 'web' }, { type: 'merge', body: { spec: { replicas: 9 } } });
  await cluster.until('nine are ready', ready(9));
  expect(made.size).toBe(22);
  abort.abort();
  await watching;
});
