import { afterEach, describe, expect, it } from '@jest/globals';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const web = (replicas: number, more: Partial<NonNullable<Deployment['spec']>> = {}): Deployment => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    ...more,
  },
});
const setImage = (image: string) =>
  cluster.client.patch(deployments, keyIn('web'), {
    type: 'strategic',
    body: { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } },
  });
const condition = async (type: string) => (await cluster.find(deployments, 'web'))?.status?.conditions?.find((found) => found.type === type);
const available = (count: number) =>
  cluster.until(`${count} are available`, async () => {
    const { status, metadata } = await cluster.client.get(deployments, keyIn('web'));
    return (
      status?.availableReplicas === count &&
      status.updatedReplicas === count &&
      status.replicas === count &&
      status.observedGeneration === metadata.generation
    );
  });

describe('a rollout', () => {
  it('that makes no progress for its deadline says so, keeps what runs, and goes on when it can', async () => {
    const clock = createFakeClock();
    const holds = (image: string | undefined) => image === 'web:broken';
    cluster = await startControllersCluster({
      clock,
      advance: { clock, stepMs: 200 },
      runPods: (pod) => (holds(pod.spec?.containers[0]?.image) ? 'unready' : 'run'),
    });
    await cluster.client.create(deployments, web(4, { progressDeadlineSeconds: 30 }));
    await available(4);
    await setImage('web:broken');
    await clock.advance(20_000);
    expect(await condition('Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    await clock.advance(15_000);
    const current = (await cluster.list(replicaSets)).find((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'] === '2');
    expect(await condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${current?.metadata.name}" has timed out progressing.`,
    });
    expect(await condition('Available')).toMatchObject({ status: 'True' });
    await setImage('web:3');
    await available(4);
    await cluster.until('it is well again', async () => (await condition('Progressing'))?.reason === 'NewReplicaSetAvailable');
  });

  it('shows what keeps its ReplicaSet from making pods', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(resourceQuotas, { metadata: { name: 'few', namespace: 'default' }, spec: { hard: { pods: '1' } } });
    await cluster.until('the quota is counted', async () => (await cluster.find(resourceQuotas, 'few'))?.status?.used);
    await cluster.client.create(deployments, web(3));
    const failure = await cluster.until('the failure shows', () => condition('ReplicaFailure'));
    expect(failure).toMatchObject({ status: 'True', reason: 'FailedCreate' });
    expect(failure.message).toMatch(/exceeded quota: few/);
    expect(await condition('Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
  });

  it('keeps as many old ReplicaSets as the limit says', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(deployments, web(1, { revisionHistoryLimit: 1 }));
    await available(1);
    for (const image of ['web:2', 'web:3', 'web:4']) {
      await setImage(image);
      await available(1);
    }
    await cluster.until('two are left', async () => (await cluster.list(replicaSets)).length === 2);
    const revisions = (await cluster.list(replicaSets)).map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision']);
    expect(revisions.sort()).toEqual(['3', '4']);
  });

  it('finds another name where its hash is taken by another template', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(deployments, web(1));
    await available(1);
    const [first] = await cluster.list(replicaSets);
    await cluster.client.delete(deployments, keyIn('web'), { propagationPolicy: 'Background' });
    await cluster.until('all is gone', async () => (await cluster.list(replicaSets)).length === 0 && (await cluster.list(pods)).length === 0);
    await cluster.client.create(replicaSets, {
      metadata: { name: first!.metadata.name, namespace: 'default' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'other' } },
        template: { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'other', image: 'other' }] } },
      },
    });
    await cluster.client.create(deployments, web(1));
    await available(1);
    const deployment = await cluster.client.get(deployments, keyIn('web'));
    expect(deployment.status?.collisionCount).toBe(1);
    const names = (await cluster.list(replicaSets)).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    expect(names).toContain(first?.metadata.name);
  });
});
