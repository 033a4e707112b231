import { afterEach, describe, expect, it } from '@jest/globals';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import { leases } from '../../../api/kinds/coordination/lease.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { microTimeText, timeText } from '../../../base/clock.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let clock: FakeClock;
let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const named = (name: string) => ({ namespace: '', name });

async function start(...names: string[]): Promise<void> {
  clock = createFakeClock();
  cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 500 } });
  for (const name of names) {
    await cluster.client.create(nodes, { metadata: { name } });
    await cluster.client.create(leases, {
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { holderIdentity: name, renewTime: microTimeText(clock.now()) },
    });
    await heartbeat(name);
  }
  await clock.advance(6000);
}

async function heartbeat(name: string, ready = 'True'): Promise<void> {
  const node = await cluster.client.get(nodes, named(name));
  const lastHeartbeatTime = timeText(clock.now());
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False', lastHeartbeatTime }));
  await cluster.client.update(
    nodes,
    { ...node, status: { ...node.status, conditions: [...conditions, { type: 'Ready', status: ready, lastHeartbeatTime }] } },
    { subresource: 'status' },
  );
}

async function renew(name: string): Promise<void> {
  const lease = await cluster.client.get(leases, keyIn(name, 'kube-node-lease'));
  await cluster.client.update(leases, { ...lease, spec: { ...lease.spec, renewTime: microTimeText(clock.now()) } });
}

/** Advances the clock while these nodes renew their lease every ten seconds. */
async function pass(seconds: number, ...alive: string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    for (const name of alive) await renew(name);
    await clock.advance(10_000);
  }
}

const taintsOf = async (name: string) =>
  ((await cluster.find(nodes, name))?.spec?.taints ?? []).map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);
const readyOf = (node: Node | undefined) => node?.status?.conditions?.find(({ type }) => type === 'Ready');

async function podOn(nodeName: string, name: string, tolerations?: NonNullable<Pod['spec']>['tolerations']): Promise<void> {
  await cluster.client.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: { nodeName, containers: [{ name: 'a', image: 'a' }], ...(tolerations ? { tolerations } : {}) },
  });
  await clock.advance(100);
}

describe('a node', () => {
  it('is registered, and gets a block of pod addresses that no other has', async () => {
    await start('a', 'b', 'c');
    const blocks = (await cluster.list(nodes)).map((node) => node.spec?.podCIDR);
    expect([...blocks].sort()).toEqual(['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24']);
    expect((await cluster.list(nodes))[0]?.spec?.podCIDRs).toEqual([blocks[0]]);
    expect(await cluster.eventsOn('Node', 'a')).toEqual(['RegisteredNode: Node a event: Registered Node a in Controller']);
    await cluster.client.delete(nodes, named('a'));
    await cluster.client.create(nodes, { metadata: { name: 'd' } });
    await clock.advance(6000);
    expect((await cluster.find(nodes, 'd'))?.spec?.podCIDR).toBe('10.244.3.0/24');
    expect(await cluster.eventsOn('Node', 'a')).toContain('RemovingNode: Node a event: Removing Node a from Controller');
  });

  it('stays ready while its lease is renewed, however old its status', async () => {
    await start('a', 'b');
    await pass(120, 'a', 'b');
    expect(readyOf(await cluster.find(nodes, 'a'))?.status).toBe('True');
  });

  it('that falls silent becomes Unknown after 40 seconds, its pods not ready, and is tainted', async () => {
    await start('a', 'b');
    await podOn('a', 'p');
    await pass(30, 'b');
    expect(readyOf(await cluster.find(nodes, 'a'))?.status).toBe('True');
    await pass(20, 'b');
    const node = await cluster.find(nodes, 'a');
    for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']) {
      expect(node?.status?.conditions).toContainEqual(
        expect.objectContaining({ type, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }),
      );
    }
    expect((await taintsOf('a')).sort()).toEqual(['unreachable:NoExecute', 'unreachable:NoSchedule']);
    expect(await taintsOf('b')).toEqual([]);
    expect((await cluster.find(pods, 'p'))?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
    expect(await cluster.eventsOn('Node', 'a')).toContain('NodeNotReady: Node a status is now: NodeNotReady');
    expect(await cluster.eventsOn('Pod', 'p')).toContain('NodeNotReady: Node is not ready');
    await heartbeat('a');
    await pass(10, 'a', 'b');
    expect(await taintsOf('a')).toEqual([]);
  });

  it('loses its pods after the five minutes that they tolerate, with a reason in their status', async () => {
    await start('a', 'b');
    await podOn('a', 'default');
    await podOn('a', 'patient', [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }]);
    await podOn('a', 'hasty', [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 20 }]);
    const held = async (name: string) => (await cluster.find(pods, name)) !== undefined;
    await pass(60, 'b');
    expect([await held('default'), await held('hasty')]).toEqual([true, true]);
    await pass(30, 'b');
    expect([await held('default'), await held('hasty')]).toEqual([true, false]);
    await pass(250, 'b');
    expect([await held('default'), await held('patient')]).toEqual([true, true]);
    await pass(20, 'b');
    expect([await held('default'), await held('patient')]).toEqual([false, true]);
    expect(await cluster.eventsOn('Pod', 'default')).toContain('TaintManagerEviction: Marking for deletion Pod default/default');
  });

  it('that reports trouble is tainted for it, and relieved when it is over', async () => {
    await start('a', 'b');
    const change = async (status: string, unschedulable: boolean) => {
      const node = await cluster.client.get(nodes, named('a'));
      const conditions = (node.status?.conditions ?? []).map((condition) =>
        condition.type === 'DiskPressure' ? { ...condition, status } : condition,
      );
      await cluster.client.update(nodes, { ...node, status: { ...node.status, conditions } }, { subresource: 'status' });
      await cluster.client.patch(nodes, named('a'), { type: 'merge', body: { spec: { unschedulable: unschedulable || null } } });
      await clock.advance(1000);
    };
    await change('True', true);
    expect((await taintsOf('a')).sort()).toEqual(['disk-pressure:NoSchedule', 'unschedulable:NoSchedule']);
    await change('False', false);
    expect(await taintsOf('a')).toEqual([]);
    await heartbeat('a', 'False');
    await pass(10, 'a', 'b');
    expect((await taintsOf('a')).sort()).toEqual(['not-ready:NoExecute', 'not-ready:NoSchedule']);
  });

  it('that falls silent and comes back again and again loses no pod, and no taint stays', async () => {
    await start('a', 'b');
    await podOn('a', 'p');
    for (let times = 0; times < 4; times++) {
      await pass(60, 'b');
      expect(await taintsOf('a')).toContain('unreachable:NoExecute');
      await heartbeat('a');
      await pass(20, 'a', 'b');
      expect(await taintsOf('a')).toEqual([]);
    }
    await pass(400, 'a', 'b');
    expect(await cluster.find(pods, 'p')).toBeDefined();
    const events = await cluster.eventsOn('Pod', 'p');
    expect(events).toContain('TaintManagerEviction: Cancelling deletion of Pod default/p');
    expect(events).not.toContain('TaintManagerEviction: Marking for deletion Pod default/p');
  });

  it('is not evicted from when all nodes fall silent at once', async () => {
    await start('a', 'b');
    await podOn('a', 'p');
    await pass(600);
    expect(readyOf(await cluster.find(nodes, 'a'))?.status).toBe('Unknown');
    expect(await taintsOf('a')).toEqual(['unreachable:NoSchedule']);
    expect(await cluster.find(pods, 'p')).toBeDefined();
  });

  it('that was to be evicted from is spared when the last other node falls silent too, and has its time again when one is back', async () => {
    await start('a', 'b');
    await podOn('a', 'p');
    await pass(60, 'b');
    expect(await taintsOf('a')).toContain('unreachable:NoExecute');
    await pass(60);
    expect(await taintsOf('a')).toEqual(['unreachable:NoSchedule']);
    await pass(400);
    expect(await cluster.find(pods, 'p')).toBeDefined();
    expect(await cluster.eventsOn('Pod', 'p')).toContain('TaintManagerEviction: Cancelling deletion of Pod default/p');
    await heartbeat('b');
    await pass(30, 'b');
    expect(await taintsOf('b')).toEqual([]);
    expect(await taintsOf('a')).toContain('unreachable:NoExecute');
    expect(await cluster.find(pods, 'p')).toBeDefined();
  });

  it('that is gone leaves no pod behind', async () => {
    await start('a', 'b');
    await podOn('a', 'p');
    await cluster.client.create(replicaSets, {
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      },
    });
    await cluster.client.delete(nodes, named('a'));
    await pass(30, 'b');
    expect(await cluster.find(pods, 'p')).toBeDefined();
    await pass(60, 'b');
    expect(await cluster.find(pods, 'p')).toBeUndefined();
  });
});
