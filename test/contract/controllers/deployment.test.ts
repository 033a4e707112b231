import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { type ControllersCluster, keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster();
});
afterEach(() => cluster.stop());

const web = (replicas: number, image = 'web:1', more: Partial<NonNullable<Deployment['spec']>> = {}): Deployment => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    ...more,
  },
});

const complete = async () => {
  const deployment = await cluster.find(deployments, 'web');
  const { status, spec, metadata } = deployment ?? {};
  const done =
    status?.observedGeneration === metadata?.generation &&
    (status?.updatedReplicas ?? 0) === spec?.replicas &&
    (status?.availableReplicas ?? 0) === spec?.replicas &&
    (status?.replicas ?? 0) === spec?.replicas;
  return done && deployment;
};
const setImage = (image: string) =>
  cluster.client.patch(deployments, keyIn('web'), {
    type: 'strategic',
    body: { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } },
  });

describe('a Deployment', () => {
  it('makes pods through a ReplicaSet, and says so in status, annotations and events', async () => {
    await cluster.client.create(deployments, web(3));
    const deployment = await cluster.until('the rollout is complete', complete);
    const [replicaSet, ...others] = await cluster.list(replicaSets);
    expect(others).toEqual([]);
    expect(replicaSet?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5,10}$/);
    const hash = replicaSet?.metadata.name.slice(4);
    expect(replicaSet?.spec?.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(replicaSet?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(deployment.metadata).toMatchObject({ generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } });
    const all = await cluster.list(pods);
    expect(all).toHaveLength(3);
    for (const pod of all) {
      expect(pod.metadata.name.startsWith(`web-${hash}-`)).toBe(true);
      expect(pod.metadata.ownerReferences).toEqual([
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${hash}`, uid: replicaSet?.metadata.uid, controller: true, blockOwnerDeletion: true },
      ]);
    }
    await cluster.until('progress is reported', async () => {
      const conditions = (await cluster.find(deployments, 'web'))?.status?.conditions ?? [];
      return conditions.some((condition) => condition.reason === 'NewReplicaSetAvailable');
    });
    const { status } = await cluster.client.get(deployments, keyIn('web'));
    expect(status?.conditions).toEqual([
      expect.objectContaining({
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }),
      expect.objectContaining({
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "web-${hash}" has successfully progressed.`,
      }),
    ]);
    expect(await cluster.eventsOn('Deployment', 'web')).toEqual([`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`]);
    const created = await cluster.eventsOn('ReplicaSet', `web-${hash}`);
    expect(created.sort()).toEqual(all.map((pod) => `SuccessfulCreate: Created pod: ${pod.metadata.name}`).sort());
  });

  it('rolls a new template out without going under its minimum, keeps history, and rolls back to it', async () => {
    await cluster.client.create(deployments, web(4));
    await cluster.until('the first rollout is complete', complete);
    let fewest = 4;
    const watch = new AbortController();
    void cluster.client.watch(
      pods,
      { namespace: 'default', resourceVersion: (await cluster.client.list(pods, { namespace: 'default' })).resourceVersion },
      async () => {
        const ready = (await cluster.list(pods)).filter(
          (pod) => !pod.metadata.deletionTimestamp && pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
        );
        fewest = Math.min(fewest, ready.length);
      },
      watch.signal,
    );
    await setImage('web:2');
    await cluster.until('the second rollout is complete', complete);
    watch.abort();
    expect(fewest).toBeGreaterThanOrEqual(3);
    const sets = await cluster.list(replicaSets);
    expect(sets.map((rs) => [rs.metadata.annotations?.['deployment.kubernetes.io/revision'], rs.spec?.replicas]).sort()).toEqual([
      ['1', 0],
      ['2', 4],
    ]);
    await setImage('web:1');
    await cluster.until('the rollback is complete', complete);
    const after = await cluster.list(replicaSets);
    expect(after).toHaveLength(2);
    const current = after.find((rs) => rs.spec?.replicas === 4);
    expect(current?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect((await cluster.client.get(deployments, keyIn('web'))).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('recreates: no new pod before the last old one is gone', async () => {
    await cluster.client.create(deployments, web(3, 'web:1', { strategy: { type: 'Recreate' } }));
    await cluster.until('the first rollout is complete', complete);
    const images: string[][] = [];
    const watch = new AbortController();
    void cluster.client.watch(
      pods,
      { namespace: 'default', resourceVersion: (await cluster.client.list(pods, { namespace: 'default' })).resourceVersion },
      async () => {
        images.push([...new Set((await cluster.list(pods)).map((pod) => pod.spec?.containers[0]?.image ?? ''))]);
      },
      watch.signal,
    );
    await setImage('web:2');
    await cluster.until('the second rollout is complete', complete);
    watch.abort();
    expect(images.every((found) => found.length <= 1)).toBe(true);
  });

  it('is scaled, paused and resumed', async () => {
    await cluster.client.create(deployments, web(2));
    await cluster.until('the rollout is complete', complete);
    await cluster.client.patch(deployments, keyIn('web'), { type: 'merge', body: { spec: { paused: true } } });
    await setImage('web:2');
    await cluster.client.patch(deployments, keyIn('web'), { type: 'merge', body: { spec: { replicas: 5 } } });
    const paused = await cluster.until('it is scaled while paused', async () => {
      const found = await cluster.find(deployments, 'web');
      return found?.status?.availableReplicas === 5 && found;
    });
    expect(paused.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' }));
    expect(await cluster.list(replicaSets)).toHaveLength(1);
    await cluster.client.patch(deployments, keyIn('web'), { type: 'merge', body: { spec: { paused: false } } });
    await cluster.until('the rollout goes on', complete);
    expect(await cluster.list(replicaSets)).toHaveLength(2);
  });

  it('takes its ReplicaSets and pods along when it is deleted, and leaves them when asked to orphan', async () => {
    await cluster.client.create(deployments, web(2));
    await cluster.until('the rollout is complete', complete);
    await cluster.client.delete(deployments, keyIn('web'), { propagationPolicy: 'Orphan' });
    await cluster.until('the deployment is gone', async () => !(await cluster.find(deployments, 'web')));
    const [orphan] = await cluster.list(replicaSets);
    expect(orphan?.metadata.ownerReferences ?? []).toEqual([]);
    await cluster.client.create(deployments, web(2));
    await cluster.until('the orphan is adopted', complete);
    expect((await cluster.list(replicaSets)).map((rs) => rs.metadata.uid)).toEqual([orphan?.metadata.uid]);
    await cluster.client.delete(deployments, keyIn('web'), { propagationPolicy: 'Foreground' });
    await cluster.until('everything is gone', async () => !(await cluster.find(deployments, 'web')));
    expect(await cluster.list(replicaSets)).toEqual([]);
    await cluster.until('pods are gone', async () => (await cluster.list(pods)).length === 0);
  });
});
