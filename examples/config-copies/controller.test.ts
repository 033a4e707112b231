import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap, Live } from 'skiff-kube/api';
import { configMaps, isNotFound, namespaces } from 'skiff-kube/api';
import { createManager, Registry, silentLogger, systemClock } from 'skiff-kube/runtime';
import type { Cluster } from 'skiff-kube/testing';
import { eventually, startCluster } from 'skiff-kube/testing';
import { configCopiesController } from './controller.ts';
import { COPY_TO, planCopies } from './plan.ts';

describe('the plan of copies', () => {
  const map = (namespace: string, data: Record<string, string>, to?: string): Live<ConfigMap> => ({
    metadata: {
      namespace,
      name: 'settings',
      uid: namespace,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(to === undefined ? {} : { annotations: { [COPY_TO]: to } }),
    },
    data,
  });

  it('makes what is missing, changes what differs, removes what is not asked for any more', () => {
    const plan = planCopies(map('home', { a: '1' }, 'one, two,home'), [map('two', { a: '0' }), map('three', { a: '1' })]);
    expect(plan.create.map(({ metadata }) => metadata?.namespace)).toEqual(['one']);
    expect(plan.update.map(({ metadata, data }) => [metadata.namespace, data])).toEqual([['two', { a: '1' }]]);
    expect(plan.remove.map(({ metadata }) => metadata.namespace)).toEqual(['three']);
  });

  it('does nothing where all is as it should be', () => {
    expect(planCopies(map('home', { a: '1' }, 'one'), [map('one', { a: '1' })])).toEqual({ create: [], update: [], remove: [] });
  });
});

describe('the controller, on a cluster', () => {
  let cluster: Cluster;
  const stop = new AbortController();
  let running: Promise<void>;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0 });
    for (const name of ['one', 'two']) await cluster.client.create(namespaces, { metadata: { name } });
    const { client } = cluster;
    const manager = createManager({
      client,
      clock: systemClock,
      log: silentLogger,
      registry: new Registry(),
      controllers: [configCopiesController],
    });
    running = manager.run(stop.signal);
    await manager.ready;
  });
  afterAll(async () => {
    stop.abort();
    await running;
    await cluster.stop();
  });

  const original = { namespace: 'default', name: 'settings' };
  const copyIn = async (namespace: string): Promise<ConfigMap['data']> => {
    try {
      return (await cluster.client.get(configMaps, { namespace, name: 'settings' })).data;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  it('copies a ConfigMap to the namespaces it names, and follows its changes', async () => {
    await cluster.client.create(configMaps, { metadata: { ...original, annotations: { [COPY_TO]: 'one,two' } }, data: { color: 'red' } });
    await eventually(async () => expect([await copyIn('one'), await copyIn('two')]).toEqual([{ color: 'red' }, { color: 'red' }]));
    await cluster.client.patch(configMaps, original, {
      type: 'merge',
      body: { data: { color: 'blue' }, metadata: { annotations: { [COPY_TO]: 'two' } } },
    });
    await eventually(async () => expect([await copyIn('one'), await copyIn('two')]).toEqual([undefined, { color: 'blue' }]));
  });

  it('makes a copy anew that somebody deleted', async () => {
    await cluster.client.delete(configMaps, { namespace: 'two', name: 'settings' });
    await eventually(async () => expect(await copyIn('two')).toEqual({ color: 'blue' }));
  });

  it('takes the copies back before the original goes', async () => {
    await cluster.client.delete(configMaps, original);
    await eventually(async () => expect([await copyIn('default'), await copyIn('two')]).toEqual([undefined, undefined]));
  });
});
