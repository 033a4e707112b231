import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppsV1Api, KubeConfig } from '@kubernetes/client-node';
import type { Deployment } from 'skiff-kube/api';
import { deployments, pods } from 'skiff-kube/api';
import type { Cluster } from 'skiff-kube/testing';
import { eventually, startCluster } from 'skiff-kube/testing';

/** A real API server, controllers and scheduler, with simulated nodes, in this process: a manifest is tested against the real thing. */
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
});
afterAll(() => cluster.stop());

const shop: Deployment = {
  metadata: { namespace: 'default', name: 'shop' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: {
        containers: [{ name: 'shop', image: 'shop:1' }],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'shop' } } },
        ],
      },
    },
  },
};

describe("the shop's Deployment", () => {
  it('becomes available, its pods spread over the nodes', async () => {
    await cluster.client.create(deployments, shop);
    await eventually(async () => {
      const { status } = await cluster.client.get(deployments, { namespace: 'default', name: 'shop' });
      expect(status).toMatchObject({ availableReplicas: 4, observedGeneration: 1 });
    });
    const { items } = await cluster.client.list(pods, { namespace: 'default', labelSelector: 'app=shop' });
    expect(items.map(({ spec }) => spec?.nodeName).sort()).toEqual(['node-0', 'node-0', 'node-1', 'node-1']);
  });

  it('is refused with a field that is wrong, and the field is named', async () => {
    const wrong = { ...shop, metadata: { namespace: 'default', name: 'wrong' }, spec: { ...shop.spec, replicas: -1 } } as Deployment;
    await expect(cluster.client.create(deployments, wrong)).rejects.toThrow(/spec\.replicas: Invalid value: -1/);
  });

  it('is there for any client library, through the kubeconfig', async () => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    const { items } = await config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: 'default' });
    expect(items.map(({ metadata, status }) => [metadata?.name, status?.readyReplicas])).toEqual([['shop', 4]]);
  });
});
