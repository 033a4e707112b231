import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clusterRoleBindings, clusterRoles, configMaps, deployments, pods } from 'skiff-kube/api';
import type { Client } from 'skiff-kube/runtime';
import { accessOf, createManager, installResources, Registry, recordAccess, silentLogger } from 'skiff-kube/runtime';
import type { Cluster } from 'skiff-kube/testing';
import { eventually, startCluster } from 'skiff-kube/testing';
import { websiteController } from './controller.ts';
import { websites } from './website.ts';

const CONTROLLER = 'system:serviceaccount:default:websites';

/** One cluster is set up; each test gets a copy of it, with the controller running in it under the role that its wiring asks for. */
let prepared: Cluster;
beforeAll(async () => {
  prepared = await startCluster({ nodes: 2 });
  await installResources(prepared.client, [websites]);
  await prepared.client.create(clusterRoles, { metadata: { name: 'websites' }, rules: accessOf([websiteController]) });
  await prepared.client.create(clusterRoleBindings, {
    metadata: { name: 'websites' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'websites' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'websites' }],
  });
});
afterAll(() => prepared.stop());

let cluster: Cluster;
let stop: AbortController;
let running: Promise<void>;
const run = (client: Client) => {
  stop = new AbortController();
  const options = { client, clock: cluster.clock, log: silentLogger, registry: new Registry(), controllers: [websiteController] };
  running = createManager(options).run(stop.signal);
};
beforeEach(async () => {
  cluster = await prepared.fork();
  run(cluster.clientAs({ name: CONTROLLER }));
});
afterEach(async () => {
  stop.abort();
  await running;
  await cluster.stop();
});

const shop = { metadata: { name: 'shop' }, spec: { domain: 'shop.example.com', pages: { 'index.html': 'Welcome' } } };
const readyReplicas = async () => (await websites.client(cluster.client).get('shop')).status?.readyReplicas;

describe('the resource Website', () => {
  it('fills in defaults, and is refused by the cluster as by its own schema', async () => {
    const client = websites.client(cluster.client);
    expect((await client.create(shop)).spec.replicas).toBe(2);
    const wrong = { metadata: { name: 'wrong' }, spec: { domain: 'x', replicas: 3, minReplicas: 5 } };
    await expect(client.create(wrong)).rejects.toThrow(/replicas must be at least minReplicas/);
    expect(() => websites.parse(wrong)).toThrow(/replicas must be at least minReplicas/);
    await expect(client.create({ ...shop, metadata: { name: 'https' }, spec: { ...shop.spec, redirectToHttps: true } })).rejects.toThrow(
      /spec\.tls: Required value: a redirect needs tls/,
    );
    await expect(client.create({ ...shop, metadata: { name: 'many' }, spec: { ...shop.spec, replicas: 21 } })).rejects.toThrow(/spec\.replicas/);
    await expect(client.patch('shop', { type: 'merge', body: { spec: { domain: 'other' } } })).rejects.toThrow(
      /spec\.domain: .*domain cannot be changed/,
    );
  });

  it('is shown by a Deployment, and is scaled', async () => {
    const client = websites.client(cluster.client);
    await client.create(shop);
    await eventually(async () => expect(await readyReplicas()).toBe(2));
    expect((await cluster.client.get(configMaps, { namespace: 'default', name: 'shop' })).data).toEqual(shop.spec.pages);
    await client.scale('shop', 5);
    await eventually(async () => expect(await readyReplicas()).toBe(5));
  });

  it('gets over an API server that drops every answer for a while', async () => {
    const drop = cluster.faults.drop({ verbs: ['patch'], kinds: [deployments], user: CONTROLLER }, { answer: 'lost', times: 3 });
    await websites.client(cluster.client).create(shop);
    await eventually(async () => {
      await cluster.clock.advance('1s');
      expect(await readyReplicas()).toBe(2);
    });
    expect(drop.hits).toBe(3);
    expect((await cluster.client.list(deployments)).items).toHaveLength(1);
  });

  it('comes back when a node dies: its pods are evicted after five minutes, at once by the clock', async () => {
    await websites.client(cluster.client).create(shop);
    await eventually(async () => expect(await readyReplicas()).toBe(2));
    await cluster.faults.killNode('node-0');
    await cluster.clock.advance('10m');
    await eventually(async () => {
      const { items } = await cluster.client.list(pods, { namespace: 'default', fieldSelector: 'spec.nodeName=node-1,status.phase=Running' });
      expect(items).toHaveLength(2);
    });
  });

  it('asks for no more access than its role has: what it did is recorded', async () => {
    stop.abort();
    await running;
    const record = recordAccess(cluster.client);
    run(record.client);
    await websites.client(cluster.client).create(shop);
    await eventually(async () => expect(await readyReplicas()).toBe(2));
    const granted = new Map(
      accessOf([websiteController]).flatMap(({ apiGroups, resources, verbs }) => (resources ?? []).map((name) => [`${apiGroups}/${name}`, verbs])),
    );
    for (const { apiGroups, resources = [], verbs } of record.rules()) {
      for (const name of resources) expect(granted.get(`${apiGroups}/${name}`)).toEqual(expect.arrayContaining([...verbs]));
    }
  });
});
