import { afterEach, describe, expect, it } from '@jest/globals';
import { defineKind } from '../../../api/definition/kind.ts';
import { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { ReplicaSet, replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { serviceAccounts } from '../../../api/kinds/core/service-account.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { conceptControllers } from '../../../controllers/concepts.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const subresources = [{ name: 'status', verbs: ['get', 'patch', 'update'] }] as const;
const foreign = { group: 'skiff.dev', version: 'v1', namespaced: true, subresources };
const skiffDeployments = defineKind<Deployment>({
  ...foreign,
  kind: 'Deployment',
  plural: 'deployments',
  schema: Deployment,
  storagePrefix: 'skiff.dev/deployments',
  strategy: { generation: 'content' },
});
const skiffReplicaSets = defineKind<ReplicaSet>({
  ...foreign,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  schema: ReplicaSet,
  storagePrefix: 'skiff.dev/replicasets',
  strategy: { generation: 'content' },
});

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };

describe('the same controllers', () => {
  it('serve kinds of another group, whose names their references carry', async () => {
    cluster = await startControllersCluster({
      moreKinds: [skiffDeployments, skiffReplicaSets],
      controllers: conceptControllers(
        { deployments: skiffDeployments, replicaSets: skiffReplicaSets },
        { counted: () => storedKinds, enforced: false },
      ),
    });
    await cluster.client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'default' } });
    await cluster.client.create(skiffDeployments, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
    });
    const rolledOut = (image: string) =>
      cluster.until(`${image} is rolled out`, async () => {
        const { status, metadata } = await cluster.client.get(skiffDeployments, keyIn('web'));
        const images = (await cluster.list(pods)).map((pod) => pod.spec?.containers[0]?.image);
        return (
          status?.availableReplicas === 3 &&
          status.observedGeneration === metadata.generation &&
          images.length === 3 &&
          images.every((found) => found === image)
        );
      });
    await rolledOut('web:1');
    const [set] = await cluster.list(skiffReplicaSets);
    expect(set?.metadata.ownerReferences?.[0]).toMatchObject({ apiVersion: 'skiff.dev/v1', kind: 'Deployment', name: 'web' });
    expect((await cluster.list(pods))[0]?.metadata.ownerReferences?.[0]).toMatchObject({
      apiVersion: 'skiff.dev/v1',
      kind: 'ReplicaSet',
      name: set?.metadata.name,
    });
    expect(await cluster.list(replicaSets)).toEqual([]);
    const changed = structuredClone(template);
    changed.spec.containers[0]!.image = 'web:2';
    await cluster.client.patch(skiffDeployments, keyIn('web'), { type: 'merge', body: { spec: { template: changed } } });
    await rolledOut('web:2');
    expect((await cluster.client.get(skiffDeployments, keyIn('web'))).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  });

  it('running twice at once come to the same end', async () => {
    const twice = () => homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' });
    cluster = await startControllersCluster({
      controllers: [...twice(), ...twice().map((definition) => ({ ...definition, name: `${definition.name}-2` }))],
    });
    await cluster.client.create(resourceQuotas, { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '100' } } });
    await cluster.client.create(replicaSets, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 10, selector: { matchLabels: { app: 'web' } }, template },
    });
    const settled = async () => {
      const { status } = await cluster.client.get(replicaSets, keyIn('web'));
      const used = (await cluster.find(resourceQuotas, 'q'))?.status?.used?.pods;
      return status?.readyReplicas === 10 && status.replicas === 10 && (await cluster.list(pods)).length === 10 && used === '10';
    };
    await cluster.until('there are ten', settled);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 4 } } });
    await cluster.until(
      'there are four',
      async () => (await cluster.list(pods)).length === 4 && (await cluster.find(resourceQuotas, 'q'))?.status?.used?.pods === '4',
    );
  });
});
