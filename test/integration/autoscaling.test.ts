import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  const hurried = { syncPeriodMs: 1_000, downscaleStabilizationMs: 1_000, cpuInitializationPeriodMs: 0, initialReadinessDelayMs: 0 };
  cluster = await startKubectlCluster({ nodes: 2, autoscaler: hurried });
  kubectl = await cluster.namespace('load');
});
afterAll(() => cluster.stop());

const CPU = 'simulated.skiff.dev/cpu-usage';
const MEMORY = 'simulated.skiff.dev/memory-usage';

const deployment = (name: string, replicas: number, usage: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations: usage },
      spec: {
        containers: [
          { name: 'web', image: 'web', resources: { requests: { cpu: '200m' } } },
          { name: 'proxy', image: 'proxy', resources: { requests: { cpu: '200m' } } },
        ],
      },
    },
  },
});
const create = async (object: object, name: string) => {
  await kubectl.input(object, 'create', '-f', '-');
  await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
};

describe('metrics.k8s.io', () => {
  beforeAll(() => create(deployment('steady', 2, { [CPU]: 'web=250m,proxy=10m', [MEMORY]: '64Mi' }), 'steady'));

  it('lets kubectl show what pods use', async () => {
    await eventually(async () => {
      const lines = (await kubectl('top', 'pods', '-l', 'app=steady', '--no-headers')).trim().split('\n');
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line).toMatch(/^steady-\S+ +2[56]\dm +128Mi *$/);
    });
    expect(await kubectl('top', 'pods', '-l', 'app=steady', '--containers')).toMatch(/POD +NAME +CPU\(cores\) +MEMORY\(bytes\) *\n/);
    expect(await kubectl('top', 'pods', '-l', 'app=steady', '--containers', '--no-headers')).toMatch(/steady-\S+ +proxy +(9|10)m +64Mi/);
    expect(await kubectl('get', 'podmetrics')).toMatch(/^NAME +CPU +MEMORY +WINDOW\nsteady-\S+ +\S+ +128Mi +\S+s\n/);
  });

  it('lets kubectl show what nodes use', async () => {
    await eventually(async () =>
      expect(await kubectl('top', 'nodes')).toMatch(
        /^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\) *\nnode-0 +\d+m +\d+% +\d+Mi +\d+% *\nnode-1 +\d+m +\d+% +\d+Mi/,
      ),
    );
  });

  it('is for everybody who may view the pods', async () => {
    await kubectl('create', 'rolebinding', 'jane', '--clusterrole=view', '--user=jane');
    await eventually(async () => expect(await kubectl('top', 'pods', '--as=jane', '--no-headers')).toMatch(/^steady-/));
    await expect(kubectl('top', 'pods', '--as=joe')).rejects.toThrow('pods.metrics.k8s.io is forbidden: User "joe" cannot list resource "pods"');
  });

  it('is another server’s as soon as an APIService says so, and ours again without it', async () => {
    const apiService = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: { name: 'metrics-server', namespace: 'kube-system' },
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
      },
    };
    await kubectl.input(apiService, 'create', '-f', '-');
    await eventually(async () => {
      await expect(kubectl('get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes')).rejects.toThrow(/unable to handle the request|service unavailable/);
    });
    await kubectl('delete', 'apiservice', 'v1beta1.metrics.k8s.io');
    await eventually(async () => expect(await kubectl('top', 'nodes')).toContain('node-1'));
  });
});

describe('kubectl autoscale', () => {
  it('scales a Deployment out under load, and in when it is over', async () => {
    await create(deployment('shop', 1, { [CPU]: '180m' }), 'shop');
    // Without metrics at first, events of failures would use up the number that one object may have.
    await eventually(async () => expect(await kubectl('top', 'pods', '-l', 'app=shop', '--no-headers')).toMatch(/^shop-/));
    await kubectl('autoscale', 'deployment', 'shop', '--cpu=50%', '--min=1', '--max=3');
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=3', 'deployment/shop', '--timeout=60s');
    await eventually(async () => {
      expect(await kubectl('get', 'hpa', 'shop')).toMatch(
        /^NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE\nshop +Deployment\/shop +cpu: (89|90)%\/50% +1 +3 +3 +\S+\n$/,
      );
    });
    await eventually(async () => {
      const described = await kubectl('describe', 'hpa', 'shop');
      expect(described).toMatch(/resource cpu on pods +\(as a percentage of request\): +(89|90)% \(\d+m\) \/ 50%/);
      expect(described).toMatch(/ScalingLimited +True +TooManyReplicas/);
      expect(described).toMatch(/SuccessfulRescale .*New size: 2; reason: cpu resource utilization \(percentage of request\) above target/);
    });
    await kubectl('annotate', 'pods', '-l', 'app=shop', '--overwrite', `${CPU}=1m`);
    await kubectl('wait', '--for=jsonpath={.spec.replicas}=1', 'deployment/shop', '--timeout=60s');
    await eventually(async () => expect(await kubectl('describe', 'hpa', 'shop')).toMatch(/New size: 1; reason: All metrics below target/));
  });
});
