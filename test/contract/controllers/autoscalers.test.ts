import { afterEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import type { HorizontalPodAutoscaler } from '../../../api/kinds/autoscaling/index.ts';
import { horizontalPodAutoscalers } from '../../../api/kinds/autoscaling/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

type Spec = HorizontalPodAutoscaler['spec'];

const container = { name: 'web', image: 'web', resources: { requests: { cpu: '200m' } } };
const workload = (name: string, replicas = 2, labels: Record<string, string> = { app: name }): Deployment => ({
  metadata: { name, namespace: 'default' },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
});
const target = (name: string, kind = 'Deployment', apiVersion = 'apps/v1') => ({ apiVersion, kind, name });
const autoscaler = (name: string, spec: Partial<Spec> = {}): HorizontalPodAutoscaler => ({
  metadata: { name, namespace: 'default' },
  spec: {
    scaleTargetRef: target(name),
    maxReplicas: 8,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    ...spec,
  },
});

/** Those that pods and their numbers depend on; others would take the pods of a node that does not exist. */
const NEEDED = ['deployment', 'replicaset', 'statefulset', 'horizontal-pod-autoscaler', 'serviceaccount'].map((name) => `${name}-controller`);

/** Starts a cluster in which each pod uses what `cpu` returns, on a clock that moves on as the test waits. */
async function start(cpu: (pod: Live<Pod>) => string | undefined): Promise<void> {
  const clock = createFakeClock();
  const podUsage = (pod: Live<Pod>) => {
    const used = cpu(pod);
    return used === undefined ? undefined : { cpu: used };
  };
  const controllers = homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' }).filter(({ name }) => NEEDED.includes(name));
  cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 5_000 }, podUsage, controllers });
}

const replicas = async (name: string) => (await cluster.client.get(deployments, keyIn(name))).spec?.replicas;
const statusOf = async (name: string) => (await cluster.client.get(horizontalPodAutoscalers, keyIn(name))).status ?? { desiredReplicas: -1 };
const conditionsOf = async (name: string) =>
  ((await statusOf(name)).conditions ?? []).map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
const eventsOf = (name: string) => cluster.eventsOn('HorizontalPodAutoscaler', name);
const hasReplicas = (name: string, count: number) => cluster.until(`${name} has ${count} replicas`, async () => (await replicas(name)) === count);
const hasCondition = (name: string, reason: string) =>
  cluster.until(`${name} is ${reason}`, async () => (await statusOf(name)).conditions?.find((condition) => condition.reason === reason));
const hasEvent = (name: string, text: string) => cluster.until(`there is ${text}`, async () => (await eventsOf(name)).includes(text));

describe('a HorizontalPodAutoscaler', () => {
  it('scales a Deployment out under load and in when it is over, and tells why', async () => {
    let cpu = '180m';
    await start(() => cpu);
    await cluster.client.create(deployments, workload('web'));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web'));
    await hasReplicas('web', 4);
    await hasEvent('web', 'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target');
    expect(await statusOf('web')).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 4,
      lastScaleTime: expect.any(String),
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '180m' } } }],
    });
    expect(await conditionsOf('web')).toEqual([
      'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 4',
      'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      'ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range',
    ]);
    // 180m of 200m on 4 pods ask for 8.
    await hasReplicas('web', 8);
    cpu = '10m';
    await hasCondition('web', 'ScaleDownStabilized');
    await hasReplicas('web', 1);
    await hasEvent('web', 'SuccessfulRescale: New size: 1; reason: All metrics below target');
    await hasCondition('web', 'ReadyForNewScale');
  });

  it('holds to its bounds', async () => {
    await start(() => '200m');
    await cluster.client.create(deployments, workload('web', 9));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web', { maxReplicas: 4 }));
    await hasEvent('web', 'SuccessfulRescale: New size: 4; reason: Current number of replicas above Spec.MaxReplicas');
    await hasCondition('web', 'TooManyReplicas');
    await cluster.client.patch(horizontalPodAutoscalers, keyIn('web'), { type: 'merge', body: { spec: { minReplicas: 6, maxReplicas: 7 } } });
    await hasEvent('web', 'SuccessfulRescale: New size: 6; reason: Current number of replicas below Spec.MinReplicas');
  });

  it('leaves a target alone that somebody has scaled to zero', async () => {
    await start(() => '200m');
    await cluster.client.create(deployments, workload('web', 0));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web'));
    await hasCondition('web', 'ScalingDisabled');
    expect(await conditionsOf('web')).toEqual([
      "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
      'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    ]);
    expect(await replicas('web')).toBe(0);
  });

  it('scales whatever has a scale', async () => {
    await start(() => '180m');
    const labels = { app: 'db' };
    await cluster.client.create(statefulSets, {
      metadata: { name: 'db', namespace: 'default' },
      spec: {
        serviceName: 'db',
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('db', { scaleTargetRef: target('db', 'StatefulSet'), maxReplicas: 2 }));
    await cluster.until('it is scaled', async () => (await cluster.client.get(statefulSets, keyIn('db'))).spec?.replicas === 2);
  });

  it('says what is wrong with its target', async () => {
    await start(() => '180m');
    await cluster.client.create(controllerRevisions, { metadata: { name: 'rev', namespace: 'default' }, revision: 1, data: {} });
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('missing'));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('unknown', { scaleTargetRef: target('x', 'Moon', 'sky.example.com/v1') }));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('unscalable', { scaleTargetRef: target('rev', 'ControllerRevision') }));
    await hasEvent('missing', 'FailedGetScale: deployments.apps "missing" not found');
    await hasEvent('unknown', 'FailedGetScale: no matches for kind "Moon" in group "sky.example.com"');
    await hasEvent('unscalable', 'FailedGetScale: the server could not find the requested resource');
    expect(await conditionsOf('missing')).toEqual([
      'AbleToScale=False FailedGetScale: the HPA controller was unable to get the target\'s current scale: deployments.apps "missing" not found',
    ]);
  });

  it('says when there are no metrics, and scales once there are', async () => {
    let cpu: string | undefined;
    await start(() => cpu);
    await cluster.client.create(deployments, workload('web'));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web'));
    const why = 'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
    await hasEvent('web', `FailedGetResourceMetric: ${why}`);
    await hasEvent(
      'web',
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
    );
    expect(await conditionsOf('web')).toEqual([
      "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
      `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
    ]);
    expect(await statusOf('web')).toMatchObject({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: '' }] });
    cpu = '180m';
    await hasReplicas('web', 4);
  });

  it('says when there is no API for its metrics', async () => {
    await start(() => '180m');
    await cluster.client.create(deployments, workload('web'));
    const metrics: Spec['metrics'] = [
      { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'External', external: { metric: { name: 'depth' }, target: { type: 'Value', value: '10' } } },
    ];
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web', { metrics }));
    await hasEvent(
      'web',
      'FailedGetPodsMetric: unable to get metric qps: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    );
    await cluster.until('the external metric fails too', async () =>
      (await eventsOf('web')).find((text) =>
        text.startsWith('FailedGetExternalMetric: failed to get external metric depth: unable to get external metric'),
      ),
    );
  });

  it('does nothing for pods that two of them claim', async () => {
    await start(() => '180m');
    await cluster.client.create(deployments, workload('a', 1, { app: 'both' }));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('a'));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('b', { scaleTargetRef: target('a') }));
    await cluster.until('one of them says so', async () =>
      [...(await conditionsOf('a')), ...(await conditionsOf('b'))].some((text) => text.includes('AmbiguousSelector')),
    );
    await hasEvent('a', 'AmbiguousSelector: pods by selector app=both are controlled by multiple HPAs: [default/a default/b]');
    await cluster.client.delete(horizontalPodAutoscalers, keyIn('b'));
    await hasCondition('a', 'ValidMetricFound');
  });

  it('takes pods that start as idle, until they are ready', async () => {
    const busy = new Set<string>();
    await start((pod) => {
      // Only the first pod has load; those that come later are not measured yet.
      if (busy.size === 0) busy.add(pod.metadata.name);
      return busy.has(pod.metadata.name) ? '200m' : undefined;
    });
    await cluster.client.create(deployments, workload('web', 1));
    await cluster.client.create(horizontalPodAutoscalers, autoscaler('web'));
    await hasReplicas('web', 2);
    await hasCondition('web', 'ReadyForNewScale');
    expect(await replicas('web')).toBe(2);
  });
});
