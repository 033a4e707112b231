import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 1 });
  kubectl = await cluster.namespace('features');
  // A node whose kubelet is older than the features: it says nothing of them. Nobody runs it.
  const status = { allocatable: { cpu: '4', memory: '4Gi', pods: '10' }, nodeInfo: { kubeletVersion: 'v1.34.0' } };
  await kubectl.input({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'old', labels: { age: 'old' } }, status }, 'create', '-f', '-');
});
afterAll(() => cluster.stop());

const RESTART_ALL = 'RestartAllContainersOnContainerExits';
const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const init = (amount: string) => ({ initContainers: [{ ...container('web:1', cpu(amount)), name: 'init' }] });
const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
const restarting = { restartPolicy: 'Never', containers: [container('web:1', { restartPolicy: 'Never', restartPolicyRules: rules })] };
const create = (name: string, spec: object) => kubectl.input(pod(name, { tolerations: [{ operator: 'Exists' }], ...spec }), 'create', '-f', '-');
const resize = (name: string) => ['patch', 'pod', name, '--subresource', 'resize', '-p', JSON.stringify({ spec: init('200m') })];
const declare = (...declaredFeatures: string[]) =>
  kubectl('patch', 'node', 'old', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { declaredFeatures } }));

describe('a node', () => {
  it('declares the features that are on by default', async () => {
    const features = ['ExtendWebSocketsToKubelet', 'InPlacePodLevelResourcesVerticalScaling', 'InPlacePodVerticalScalingInitContainers', RESTART_ALL];
    expect(JSON.parse(await kubectl.path('{.status.declaredFeatures}', 'node', 'node-0'))).toEqual(features);
  });

  it('that declares a feature gets the pods that need it, and one that does not gets none', async () => {
    await create('anywhere', restarting);
    await kubectl('wait', '--for=condition=Ready', 'pod/anywhere', '--timeout=60s');
    expect(await kubectl.path('{.spec.nodeName}', 'pod', 'anywhere')).toBe('node-0');
    await create('there', { ...restarting, nodeSelector: { age: 'old' } });
    const why = "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match Pod's required features.";
    await eventually(async () => expect(await kubectl('describe', 'pod', 'there')).toContain(why));
    await declare(RESTART_ALL);
    await kubectl('wait', '--for=condition=PodScheduled', 'pod/there', '--timeout=60s');
    expect(await kubectl.path('{.spec.nodeName}', 'pod', 'there')).toBe('old');
  });

  it('cannot declare features that are not sorted', async () => {
    const refusal = 'status.declaredFeatures[1]: Invalid value: "A": list must be sorted alphabetically';
    const body = JSON.stringify({ status: { declaredFeatures: ['B', 'A'] } });
    expect(await kubectl.fails(['patch', 'node', 'old', '--subresource=status', '--type=merge', '-p', body])).toContain(refusal);
  });
});

describe('a change of a pod that needs a feature', () => {
  it('is refused where the node does not declare it, until it does', async () => {
    await create('unchanged', { ...init('100m'), nodeName: 'old' });
    const refusal =
      'pods "unchanged" is forbidden: pod update requires features InPlacePodVerticalScalingInitContainers which are not available on node "old"';
    expect(await kubectl.fails(resize('unchanged'))).toContain(refusal);
    await declare('InPlacePodVerticalScalingInitContainers');
    await kubectl(...resize('unchanged'));
    expect(await kubectl.path('{.spec.initContainers[0].resources.requests.cpu}', 'pod', 'unchanged')).toBe('200m');
  });

  it('is followed by a node that does', async () => {
    await create('resized', { ...init('100m'), nodeName: 'node-0' });
    await kubectl('wait', '--for=condition=Ready', 'pod/resized', '--timeout=60s');
    await kubectl(...resize('resized'));
    await eventually(async () => {
      const events = await kubectl('events', '--for', 'pod/resized');
      expect(events).toMatch(
        /Normal +ResizeCompleted .*Pod resize completed: {"initContainers":\[{"name":"init","resources":{"requests":{"cpu":"200m"}}}\]/,
      );
      expect(events).not.toContain('FailedNodeDeclaredFeaturesCheck');
    });
  });
});
