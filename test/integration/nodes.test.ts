import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { deployment, pod } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  // A node renews its lease every 10 s, so the grace period must be longer.
  cluster = await startKubectlCluster({ nodes: 3, nodeMonitor: { periodMs: 100, gracePeriodMs: 13_000 } });
  kubectl = await cluster.namespace('nodes');
});
afterAll(() => cluster.stop());

/** The node that was killed. */
let killed = '';

const at = (node: string) => ['pods', '--field-selector', `spec.nodeName=${node}`, '-o', 'name'];

describe('a Node', () => {
  it('is printed and described with what it has and runs', async () => {
    expect(await kubectl('get', 'nodes')).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION\nnode-0 +Ready +<none> +[\dms]+ +v1\.36\.\S+\nnode-1 +Ready/);
    expect(await kubectl('get', 'nodes', '-o', 'wide')).toMatch(/INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME\n.*simulated/);
    await kubectl.input(pod('here', { nodeName: 'node-0' }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/here', '--timeout=60s');
    await eventually(async () => {
      const said = await kubectl('describe', 'node', 'node-0');
      for (const part of [
        /Taints: +<none>\nUnschedulable: +false\nLease:\n {2}HolderIdentity: +node-0\n/,
        /Ready +True .*KubeletReady +kubelet is posting ready status/,
        /Capacity:\n {2}cpu: +\d+\n/,
        /PodCIDR: +10\.244\.\d+\.0\/24\n/,
        /Non-terminated Pods: +\(1 in total\)\n[\s\S]* nodes +here +0 \(0%\)/,
        /Normal +RegisteredNode .*node-controller +Node node-0 event: Registered Node node-0 in Controller/,
      ])
        expect(said).toMatch(part);
    });
    expect(await kubectl('get', 'lease', '-n', 'kube-node-lease')).toMatch(/^NAME +HOLDER +AGE\nnode-0 +node-0 +\S+\n/);
    await kubectl('delete', 'pod', 'here', '--now');
  });

  it('shows its configuration, and the pods that run', async () => {
    const show = async (path: string) => JSON.parse(await kubectl('get', '--raw', `/api/v1/nodes/node-0/proxy${path}`));
    expect(await show('/configz')).toMatchObject({ kubeletconfig: { kind: 'KubeletConfiguration', clusterDomain: 'cluster.local' } });
    await kubectl.input(pod('shown', { nodeName: 'node-0' }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/shown', '--timeout=60s');
    const shown = expect.objectContaining({ metadata: expect.objectContaining({ name: 'shown', namespace: 'nodes' }) });
    expect(await show('/runningpods/')).toMatchObject({ kind: 'PodList', items: expect.arrayContaining([shown]) });
    await kubectl('delete', 'pod', 'shown', '--now');
  });

  it('is labelled and tainted, not twice without --overwrite', async () => {
    await kubectl('label', 'node', 'node-0', 'disk=ssd');
    expect(await kubectl.fails(['label', 'node', 'node-0', 'disk=hdd'])).toMatch(/'disk' already has a value \(ssd\), and --overwrite is false/);
    expect(await kubectl('get', 'nodes', '-l', 'disk in (ssd,hdd)', '-L', 'disk')).toMatch(/DISK\nnode-0 .* ssd\n$/);
    await kubectl('taint', 'node', 'node-0', 'key=a:NoSchedule');
    expect(await kubectl.fails(['taint', 'node', 'node-0', 'key=b:NoSchedule'])).toMatch(/already has key taint\(s\) with same effect/);
    await kubectl('taint', 'node', 'node-0', 'key=b:NoSchedule', '--overwrite');
    expect(await kubectl('describe', 'node', 'node-0')).toMatch(/Taints: +key=b:NoSchedule\n/);
    await kubectl('taint', 'node', 'node-0', 'key-');
    await kubectl('label', 'node', 'node-0', 'disk-');
  });

  it('may be given extended resources: what its capacity has of them can be allocated', async () => {
    const body = '{"status":{"capacity":{"example.com/dongle":"2"}}}';
    await kubectl('patch', 'node', 'node-0', '--subresource=status', '--type=merge', '-p', body);
    const resources = { requests: { 'example.com/dongle': '2' }, limits: { 'example.com/dongle': '2' } };
    await kubectl.input(pod('dongled', { containers: [{ name: 'c', image: 'x', resources }] }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/dongled', '--timeout=60s');
    expect(await kubectl.path('{.spec.nodeName}', 'pod', 'dongled')).toBe('node-0');
    expect(await kubectl.path('{.status.allocatable.example\\.com/dongle}', 'node', 'node-0')).toBe('2');
    await kubectl('delete', 'pod', 'dongled', '--now');
  });

  it('gives a pod other resources as a whole while it runs, and defers what it has no room for', async () => {
    const resources = (request: string, limit: string) => ({ requests: { cpu: request }, limits: { cpu: limit } });
    await kubectl.input(pod('whole', { nodeName: 'node-1', resources: resources('100m', '200m') }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/whole', '--timeout=60s');
    const resize = (request: string, limit: string) =>
      kubectl('patch', 'pod', 'whole', '--subresource', 'resize', '-p', JSON.stringify({ spec: { resources: resources(request, limit) } }));
    const shows = (allocated: string, limit: string, pending: string) =>
      eventually(async () => {
        const reason = '{.status.conditions[?(@.type=="PodResizePending")].reason}';
        const path = `{.status.allocatedResources.cpu} {.status.resources.limits.cpu} ${reason}`;
        expect(await kubectl.path(path, 'pod', 'whole')).toBe(`${allocated} ${limit} ${pending}`);
      });
    await shows('100m', '200m', '');
    await resize('150m', '300m');
    await shows('150m', '300m', '');
    await kubectl.input(pod('neighbour', { nodeName: 'node-1', resources: resources('20', '20') }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/neighbour', '--timeout=60s');
    await resize('20', '40');
    await shows('150m', '300m', 'Deferred');
    const tooMuch = JSON.stringify({ spec: { resources: resources('10k', '20k') } });
    expect(await kubectl.fails(['patch', 'pod', 'whole', '--subresource', 'resize', '-p', tooMuch])).toMatch(
      /pods "whole" is forbidden: node didn't have enough allocatable resources: cpu, requested: 10000000, allocatable: 32000/,
    );
    await eventually(async () =>
      expect(await podEvents(kubectl, 'whole')).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^Normal ResizeCompleted .*Pod resize completed: .*"generation":2}/),
          expect.stringMatching(
            /^Warning ResizeDeferred .*Pod resize OutOfcpu: .*"error":"Node didn't have enough resource: cpu, requested: 20000, /,
          ),
        ]),
      ),
    );
    await resize('50m', '60m');
    await shows('50m', '60m', '');
    await kubectl('delete', 'pod', 'whole', 'neighbour', '--now');
  });

  it('that is cordoned takes no pods, and is drained of those it has', async () => {
    await kubectl.input([deployment('web', 3), pod('bare')], 'create', '-f', '-');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready', 'pod/bare', '--timeout=60s');
    const node = await kubectl.path('{.spec.nodeName}', 'pod', 'bare');
    expect(await kubectl('cordon', node)).toMatch(/cordoned/);
    expect(await kubectl('get', 'node', node)).toMatch(/Ready,SchedulingDisabled/);
    await eventually(async () => expect(await kubectl.path('{.spec.taints[*].key}', 'node', node)).toBe('node.kubernetes.io/unschedulable'));
    expect(await kubectl.fails(['drain', node])).toMatch(/cannot delete Pods that declare no controller \(use --force to override\): nodes\/bare/);
    const drained = await kubectl('drain', node, '--force', '--ignore-daemonsets', '--grace-period=1', '--timeout=60s');
    expect(drained).toMatch(/pod\/bare evicted\n/);
    expect(drained).toMatch(new RegExp(`node/${node} drained\n$`));
    expect(await kubectl('get', ...at(node))).toBe('');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await kubectl('uncordon', node);
    await eventually(async () => expect(await kubectl.path('{.spec.taints}', 'node', node)).toBe(''));
  });

  it('that is gone says no more: NotReady, tainted, its pods evicted and replaced', async () => {
    const [, name = ''] = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).split(/[/\n]/);
    const node = await kubectl.path('{.spec.nodeName}', 'pod', name);
    const soon = (key: string) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 });
    const spec = { template: { spec: { tolerations: [soon('unreachable'), soon('not-ready')] } } };
    await kubectl('patch', 'deployment', 'web', '-p', JSON.stringify({ spec }));
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await cluster.faults.killNode(node);
    killed = node;
    await eventually(async () => expect(await kubectl('get', 'node', node)).toMatch(/ NotReady /));
    const said = await kubectl('describe', 'node', node);
    expect(said).toMatch(/Ready +Unknown .*NodeStatusUnknown +Kubelet stopped posting node status\./);
    await eventually(async () => {
      const taints = await kubectl.path('{range .spec.taints[*]}{.key}:{.effect} {end}', 'node', node);
      expect(taints).toContain('node.kubernetes.io/unreachable:NoSchedule');
      expect(taints).toContain('node.kubernetes.io/unreachable:NoExecute');
    });
    await eventually(async () =>
      expect(await kubectl('events', '--for', `node/${node}`, '-n', 'default')).toMatch(
        /NodeNotReady +Node\/\S+ +Node \S+ status is now: NodeNotReady/,
      ),
    );
    await eventually(async () => {
      const rows = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'wide')).split('\n').filter((row) => / Running /.test(row));
      expect(rows).toHaveLength(3);
      for (const row of rows) expect(row).not.toMatch(` ${node} `);
    });
  }, 180_000);

  it('that is deleted is gone, and the controller says so', async () => {
    await kubectl('delete', 'node', killed);
    expect(await kubectl.fails(['get', 'node', killed])).toBe(`Error from server (NotFound): nodes "${killed}" not found\n`);
    await eventually(async () =>
      expect(await kubectl('get', 'events', '-n', 'default', '--field-selector', `involvedObject.name=${killed},reason=RemovingNode`)).toMatch(
        `Node ${killed} event: Removing Node ${killed} from Controller`,
      ),
    );
  });
});
