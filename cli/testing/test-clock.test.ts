import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { replicaSets } from '../../api/kinds/apps/replica-set.ts';
import { leases } from '../../api/kinds/coordination/lease.ts';
import { events } from '../../api/kinds/core/event.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const key = (name: string) => ({ namespace: 'default', name });

describe('the clock of a test’s cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  afterAll(() => cluster.stop());

  const readiness = async (name: string) => {
    const { status } = await cluster.client.get(nodes, { namespace: '', name });
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  };

  it('moves leases: nodes renew theirs on the way, and stay Ready', async () => {
    const before = cluster.clock.now();
    await cluster.clock.advance('1h');
    const { spec } = await cluster.client.get(leases, { namespace: 'kube-node-lease', name: 'node-0' });
    expect(Date.parse(spec?.renewTime ?? '')).toBeGreaterThan(before + 3_500_000);
    expect(await readiness('node-0')).toBe('True');
  });

  it('moves reports of nodes: one in five minutes while nothing changes', async () => {
    const heartbeats = new Set<string | undefined>();
    for (let minute = 0; minute <= 6; minute++) {
      const { status } = await cluster.client.get(nodes, { namespace: '', name: 'node-0' });
      heartbeats.add(status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime);
      await cluster.clock.advance('1m');
    }
    expect(heartbeats.size).toBeLessThanOrEqual(3);
  });

  it('moves times to live: an Event is gone after an hour', async () => {
    const event = { metadata: key('started'), involvedObject: {}, reason: 'Started', type: 'Normal' };
    await cluster.client.create(events, event);
    await cluster.clock.advance('59m');
    await cluster.client.get(events, key('started'));
    await cluster.clock.advance('2m');
    const gone = await cluster.client.get(events, key('started')).catch((error: unknown) => error);
    expect(isNotFound(gone)).toBe(true);
  });

  it('moves back-offs: a container that crashes is restarted again and again', async () => {
    const crashing: Pod = {
      metadata: { ...key('crashing'), annotations: { 'simulated.skiff.dev/run-for': '1000', 'simulated.skiff.dev/exit-code': '1' } },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    };
    await cluster.client.create(pods, crashing);
    const statusOf = async () => (await cluster.client.get(pods, key('crashing'))).status?.containerStatuses?.[0];
    await eventually(async () => expect(await statusOf()).toBeDefined());
    await cluster.clock.advance('1m');
    await eventually(async () => expect((await statusOf())?.state?.waiting?.reason).toBe('CrashLoopBackOff'));
    const early = (await statusOf())?.restartCount ?? 0;
    await cluster.clock.advance('20m');
    await eventually(async () => expect((await statusOf())?.restartCount).toBeGreaterThanOrEqual(early + 3));
    // Five minutes at most between two restarts, never less than ten seconds: what was skipped happened in order.
    expect((await statusOf())?.restartCount).toBeLessThan(20);
  });

  it('moves evictions: the pods of a dead node are replaced on the other one', async () => {
    const labels = { app: 'web' };
    await cluster.client.create(replicaSets, {
      metadata: key('web'),
      spec: { replicas: 4, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } } },
    });
    const running = async () => {
      const { items } = await cluster.client.list(pods, { namespace: 'default', labelSelector: 'app=web' });
      return items
        .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running')
        .map(({ spec }) => spec?.nodeName);
    };
    await eventually(async () => expect((await running()).sort()).toEqual(['node-0', 'node-0', 'node-1', 'node-1']));
    await cluster.faults.killNode('node-1');
    await cluster.clock.advance('2m');
    await eventually(async () => expect(await readiness('node-1')).toBe('Unknown'));
    expect((await running()).sort()).toEqual(['node-0', 'node-0', 'node-1', 'node-1']);
    await cluster.clock.advance('6m');
    await eventually(async () => expect(await running()).toEqual(['node-0', 'node-0', 'node-0', 'node-0']));
    await cluster.faults.startNode('node-1');
    await eventually(async () => expect(await readiness('node-1')).toBe('True'));
  });
});
