import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod, resources } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 3 });
  kubectl = await cluster.namespace('scheduling');
});
afterAll(() => cluster.stop());

const hostname = 'kubernetes.io/hostname';
const asks = (given: object) => ({ containers: [container('web:1', given)] });
const selects = (app: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey: hostname });
const nodeOf = async (name: string) => {
  await kubectl('wait', '--for=condition=PodScheduled', `pod/${name}`, '--timeout=60s');
  return kubectl.path('{.spec.nodeName}', 'pod', name);
};
const unhelpful = (count: number) => `${count} Preemption is not helpful for scheduling`;
const victimless = (count: number) => `${count} No preemption victims found for incoming pod`;

describe('a pod that fits nowhere says why, for each node', () => {
  it.each([
    ['cpu', asks({ resources: { requests: { cpu: '1000' } } }), '3 Insufficient cpu', unhelpful(3)],
    [
      'cpu-and-memory',
      asks({ resources: { requests: { cpu: '1000', memory: '100Ti' } } }),
      '3 Insufficient cpu, 3 Insufficient memory',
      unhelpful(3),
    ],
    ['device', asks({ resources: { limits: { 'example.com/gpu': '1' } } }), '3 Insufficient example.com/gpu', unhelpful(3)],
    ['selector', { nodeSelector: { disk: 'ssd' } }, "3 node(s) didn't match Pod's node affinity/selector", unhelpful(3)],
    [
      'affinity',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [selects('none')] } } },
      "3 node(s) didn't match pod affinity rules",
      unhelpful(3),
    ],
    [
      'zone',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }] },
      "3 node(s) didn't match pod topology spread constraints (missing required label)",
      unhelpful(3),
    ],
  ])('%s', async (name, spec, reasons, preemption) => {
    await kubectl.input(pod(name, spec), 'create', '-f', '-');
    const message = `0/3 nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/3 nodes are available: ${preemption}.`;
    const condition = '{.status.conditions[?(@.type=="PodScheduled")]';
    await eventually(async () => {
      const said = await kubectl('describe', 'pod', name);
      expect(said).toContain(message);
      expect(said).toMatch(/Warning +FailedScheduling .*default-scheduler +0\/3 nodes/);
      expect(await kubectl.path(`${condition}.reason}: ${condition}.message}`, 'pod', name)).toBe(`Unschedulable: ${message}`);
    });
  });

  it('with different reasons on different nodes', async () => {
    await kubectl('taint', 'node', 'node-1', 'key=value:NoSchedule');
    await kubectl('label', 'node', 'node-0', 'disk=ssd');
    await kubectl('label', 'node', 'node-1', 'disk=ssd');
    await kubectl('cordon', 'node-0');
    // The controller that sets the taint sees nodes when the scheduler does: by then both know of all this.
    await eventually(async () => expect(await kubectl.path('{.spec.taints[*].key}', 'node', 'node-0')).toBe('node.kubernetes.io/unschedulable'));
    await kubectl.input(pod('mixed', { nodeSelector: { disk: 'ssd' } }), 'create', '-f', '-');
    await eventually(async () =>
      expect(await kubectl('describe', 'pod', 'mixed')).toContain(
        `0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available: ${unhelpful(3)}.`,
      ),
    );
    await kubectl('uncordon', 'node-0');
    expect(await nodeOf('mixed')).toBe('node-0');
    await kubectl('taint', 'node', 'node-1', 'key-');
  });

  it('with a host port that is taken everywhere, until one is free', async () => {
    const spec = asks({ ports: [{ containerPort: 80, hostPort: 8080 }] });
    await kubectl.input(
      [0, 1, 2].map((i) => pod(`port-${i}`, spec)),
      'create',
      '-f',
      '-',
    );
    expect(new Set(await Promise.all([0, 1, 2].map((i) => nodeOf(`port-${i}`))))).toEqual(new Set(['node-0', 'node-1', 'node-2']));
    await kubectl.input(pod('port-3', spec), 'create', '-f', '-');
    await eventually(async () =>
      expect(await kubectl('describe', 'pod', 'port-3')).toContain(
        `0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports. no new claims to deallocate, preemption: 0/3 nodes are available: ${victimless(3)}.`,
      ),
    );
    const free = await nodeOf('port-1');
    await kubectl('delete', 'pod', 'port-1', '--now');
    expect(await nodeOf('port-3')).toBe(free);
  });
});

describe('a pod goes', () => {
  it('away from its like, or to them', async () => {
    const rule = (kind: string) => ({ affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [selects('like')] } } });
    const apart = (name: string) => ({ ...pod(name, rule('podAntiAffinity')), metadata: { name, labels: { app: 'like' } } });
    await kubectl.input([apart('a'), apart('b')], 'create', '-f', '-');
    const nodes = [await nodeOf('a'), await nodeOf('b')];
    expect(new Set(nodes).size).toBe(2);
    await kubectl.input(pod('near', rule('podAffinity')), 'create', '-f', '-');
    expect(nodes).toContain(await nodeOf('near'));
  });

  it('where it spreads evenly', async () => {
    const spread = (name: string) => ({
      ...pod(name, {
        topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...selects('even') }],
      }),
      metadata: { name, labels: { app: 'even' } },
    });
    const names = ['e-0', 'e-1', 'e-2', 'e-3', 'e-4', 'e-5'];
    await kubectl.input(names.map(spread), 'create', '-f', '-');
    const counts = new Map<string, number>();
    for (const name of names) {
      const node = await nodeOf(name);
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([2, 2, 2]);
  });

  it('nowhere while a gate holds it, and nowhere by this scheduler when it names another', async () => {
    await kubectl.input(
      [pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }), pod('other', { schedulerName: 'mine' })],
      'create',
      '-f',
      '-',
    );
    await eventually(async () => expect(await kubectl('get', 'pod', 'gated')).toMatch(/gated +0\/1 +SchedulingGated /));
    await kubectl('patch', 'pod', 'gated', '--type=json', '-p', '[{"op":"remove","path":"/spec/schedulingGates"}]');
    await nodeOf('gated');
    expect(await kubectl('get', 'pod', 'other', '-o', 'wide')).toMatch(/other +0\/1 +Pending .*<none> +<none> +<none>/);
    expect(await kubectl('events', '--for', 'pod/other')).toBe('');
  });
});

describe('priority', () => {
  it('comes from a class; what is not there, reserved or a second default is refused', async () => {
    await kubectl('create', 'priorityclass', 'high', '--value=1000');
    await kubectl('create', 'priorityclass', 'low', '--value=1', '--global-default');
    expect(await kubectl('get', 'priorityclass', 'high')).toMatch(
      /^NAME +VALUE +GLOBAL-DEFAULT +AGE +PREEMPTIONPOLICY\nhigh +1000 +false +[\dms]+ +PreemptLowerPriority\n$/,
    );
    expect(await kubectl.fails(['create', 'priorityclass', 'over', '--value=2000000000'])).toMatch(
      /maximum allowed value of a user defined priority is 1000000000/,
    );
    expect(await kubectl.fails(['create', 'priorityclass', 'two', '--value=1', '--global-default'])).toMatch(
      /PriorityClass low is already marked as default\. Only one default can exist/,
    );
    expect(await kubectl.fails(['create', '-f', '-'], pod('nobody', { priorityClassName: 'none' }))).toMatch(
      /pods "nobody" is forbidden: no PriorityClass with name none was found/,
    );
  });

  it('makes room: the lower is preempted, and hears of it', async () => {
    const [cpus = '0'] = (await kubectl.path('{.items[*].status.allocatable.cpu}', 'nodes')).split(' ');
    const most = resources(`${Number(cpus) * 1000 - 500}m`, '1Mi');
    const fills = (name: string, more: object) => pod(name, { ...asks({ resources: most }), terminationGracePeriodSeconds: 1, ...more });
    await kubectl.input(
      ['node-0', 'node-1', 'node-2'].map((node) => fills(`low-${node}`, { nodeSelector: { [hostname]: node } })),
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/low-node-0', 'pod/low-node-1', 'pod/low-node-2', '--timeout=60s');
    expect(await kubectl.path('{.spec.priority}', 'pod', 'low-node-0')).toBe('1');
    await kubectl.input(fills('urgent', { priorityClassName: 'high' }), 'create', '-f', '-');
    const node = await nodeOf('urgent');
    await eventually(async () =>
      expect(await kubectl('get', 'events', '--field-selector', `reason=Preempted,involvedObject.name=low-${node}`)).toMatch(
        /Normal +Preempted +pod\/low-node-\d +Preempted by pod [0-9a-f-]{36} on node node-\d/,
      ),
    );
    await eventually(async () => expect(await kubectl.fails(['get', 'pod', `low-${node}`])).toMatch(/not found/));
  });
});
