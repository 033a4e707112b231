import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { Stopped } from '../../base/abort.ts';
import { silentLogger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { createInformer } from '../../runtime/watch/informer-set.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const key = (name: string) => ({ namespace: 'default', name });
const codeOf = async (call: Promise<unknown>) => {
  try {
    await call;
    return 'answered';
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
};

describe('the faults of a test’s cluster', () => {
  let cluster: Cluster;
  let network: Client;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
    network = createHttpsClient(await kubeconfigCredentials(cluster.kubeconfigPath));
  });
  afterEach(() => cluster.faults.clear());
  afterAll(() => cluster.stop());

  it('refuse requests with the reason that was asked for, in process and over the network', async () => {
    const refusal = { reason: 'Forbidden', message: 'not today' } as const;
    const fault = cluster.faults.refuse({ verbs: ['create'], kinds: [configMaps], user: 'kubernetes-admin' }, refusal);
    for (const client of [cluster.client, network]) {
      await expect(client.create(configMaps, { metadata: key('refused') })).rejects.toMatchObject(refusal);
    }
    expect(fault.hits).toBe(2);
    fault.end();
    await cluster.client.create(configMaps, { metadata: key('refused') });
  });

  it('strike as often as they are asked to, and only what they are for', async () => {
    const fault = cluster.faults.refuse({ kinds: [configMaps], name: 'settings' }, { times: 2 });
    await cluster.client.create(configMaps, { metadata: key('others') });
    expect(await codeOf(cluster.client.get(configMaps, key('settings')))).toBe(503);
    expect(await codeOf(cluster.client.get(configMaps, key('settings')))).toBe(503);
    expect(await codeOf(cluster.client.get(configMaps, key('settings')))).toBe(404);
    expect(fault.hits).toBe(2);
  });

  it('strike one user: the controllers get over a server that refuses every other write of theirs', async () => {
    const user = 'system:serviceaccount:kube-system:replicaset-controller';
    const fault = cluster.faults.refuse({ verbs: ['create'], kinds: [pods], user }, { times: 3 });
    const labels = { app: 'stubborn' };
    await cluster.client.create(deployments, {
      metadata: key('stubborn'),
      spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } } },
    });
    await eventually(async () => {
      await cluster.clock.advance('1s');
      expect((await cluster.client.get(deployments, key('stubborn'))).status?.availableReplicas).toBe(3);
    });
    expect(fault.hits).toBe(3);
  });

  it('drop requests: the connection breaks, and nothing has been done', async () => {
    cluster.faults.drop({ verbs: ['create'], kinds: [configMaps] });
    for (const client of [cluster.client, network]) {
      expect(await codeOf(client.create(configMaps, { metadata: key('dropped') }))).toBe('ECONNRESET');
    }
    expect(await codeOf(cluster.client.get(configMaps, key('dropped')))).toBe(404);
  });

  it('lose answers: the connection breaks, and it has been done all the same', async () => {
    cluster.faults.drop({ verbs: ['create'], kinds: [configMaps] }, { answer: 'lost', times: 2 });
    expect(await codeOf(cluster.client.create(configMaps, { metadata: key('done') }))).toBe('ECONNRESET');
    expect(await codeOf(network.create(configMaps, { metadata: key('done-too') }))).toBe('ECONNRESET');
    for (const name of ['done', 'done-too']) await cluster.client.get(configMaps, key(name));
  });

  it('delay requests by the cluster’s clock', async () => {
    cluster.faults.delay({ verbs: ['get'], kinds: [configMaps] }, '10m');
    let answered = false;
    const answer = cluster.client.get(configMaps, key('done')).then(() => {
      answered = true;
    });
    await cluster.clock.advance('9m');
    expect(answered).toBe(false);
    await cluster.clock.advance('2m');
    await answer;
  });

  it('delay the events of watches, which keep their order, and end watches, which are resumed', async () => {
    const abort = new AbortController();
    const { client, clock } = cluster;
    const informer = createInformer(configMaps, { client, clock, log: silentLogger, signal: abort.signal });
    const seen: string[] = [];
    informer.on({ add: ({ metadata }) => void seen.push(metadata.name) });
    await informer.ready;
    seen.length = 0;
    const delay = cluster.faults.delay({ verbs: ['watch'], kinds: [configMaps] }, '2m');
    for (const name of ['late-1', 'late-2']) await client.create(configMaps, { metadata: key(name) });
    await clock.advance('1m');
    expect(seen).toEqual([]);
    await clock.advance('90s');
    expect(seen).toEqual(['late-1', 'late-2']);
    delay.end();

    expect(cluster.faults.endWatches({ kinds: [configMaps], user: 'kubernetes-admin' })).toBe(1);
    await client.create(configMaps, { metadata: key('after') });
    await eventually(() => expect(seen).toEqual(['late-1', 'late-2', 'after']));

    const drop = cluster.faults.drop({ verbs: ['watch', 'list'], kinds: [configMaps] });
    await client.create(configMaps, { metadata: key('unseen') });
    await clock.advance('1m');
    expect(seen).not.toContain('unseen');
    expect(drop.hits).toBeGreaterThan(0);
    drop.end();
    await clock.advance('1m');
    await eventually(() => expect(seen).toContain('unseen'));
    abort.abort(new Stopped('shutdown'));
  });

  it('kill nodes and start them again', async () => {
    const readiness = async () => {
      const { status } = await cluster.client.get(nodes, { namespace: '', name: 'node-1' });
      return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    };
    const bootOf = async () => (await cluster.client.get(nodes, { namespace: '', name: 'node-1' })).status?.nodeInfo?.bootID;
    const boot = await bootOf();
    await cluster.faults.killNode('node-1');
    await cluster.clock.advance('2m');
    await eventually(async () => expect(await readiness()).toBe('Unknown'));
    await expect(cluster.faults.killNode('node-1')).rejects.toThrow('node "node-1" is off already');
    await expect(cluster.faults.killNode('node-9')).rejects.toThrow('there is no node "node-9"; there are node-0, node-1');
    await cluster.faults.startNode('node-1');
    await eventually(async () => expect([await readiness(), (await bootOf()) === boot]).toEqual(['True', false]));
  });

  it('refuse what makes no sense', () => {
    expect(() => cluster.faults.delay({}, 'soon')).toThrow(/invalid duration "soon"/);
    expect(() => cluster.faults.refuse({}, { times: 0 })).toThrow('a fault strikes at least once: times is 0');
  });
});
