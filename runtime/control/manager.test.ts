import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { aborted } from '../../base/abort.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { DONE } from '../queue/result.ts';
import type { ControllerDefinition, Reconcile } from './controller.ts';
import type { ControllerEnv } from './env.ts';
import type { ManagerOptions } from './manager.ts';
import { createManager } from './manager.ts';

function harness(controllers: readonly ControllerDefinition[], options: Partial<ManagerOptions> = {}) {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const registry = new Registry();
  const stop = new AbortController();
  const manager = createManager({ client, clock, log: silentLogger, registry, controllers, ...options });
  const create = (name: string) => client.create(configMaps, { metadata: { name, namespace: 'default' } });
  return { clock, client, registry, stop, manager, create };
}

/** A controller of config maps that reconciles as told. */
const controller = (name: string, reconcileWith: (env: ControllerEnv) => Reconcile): ControllerDefinition => ({
  name,
  concurrency: 2,
  component: name,
  setup(env) {
    const informer = env.informers.of(configMaps);
    informer.on({
      add: (object, initial) => env.enqueue(keyOf(object), { priority: initial ? 'low' : 'normal' }),
      update: (object) => env.enqueue(keyOf(object)),
    });
    return { needs: [informer], reconcile: reconcileWith(env) };
  },
});

describe('the manager', () => {
  it('shows which controllers run, if it has a name', async () => {
    const { registry, manager, stop } = harness([controller('test', () => async () => DONE)], { name: 'mine' });
    const run = manager.run(stop.signal);
    await manager.ready;
    expect(await registry.metrics()).toContain('running_managed_controllers{name="test",manager="mine"} 1');
    stop.abort();
    await run;
    expect(await registry.metrics()).toContain('running_managed_controllers{name="test",manager="mine"} 0');
  });

  it('reconciles what is there and what comes, after the informers are ready', async () => {
    const seen: string[] = [];
    const { clock, manager, stop, create } = harness([
      controller('test', (env) => async (key) => {
        seen.push(`${keyText(key)} ${env.informers.of(configMaps).get(key) ? 'in cache' : 'unknown'}`);
        return DONE;
      }),
    ]);
    await create('first');
    const run = manager.run(stop.signal);
    await manager.ready;
    await clock.settle();
    expect(seen).toEqual(['default/first in cache']);
    await create('second');
    await clock.settle();
    expect(seen).toEqual(['default/first in cache', 'default/second in cache']);
    stop.abort();
    await run;
  });

  it('retries a reconcile that throws', async () => {
    let tries = 0;
    const { clock, manager, stop, create, registry } = harness([
      controller('test', () => async () => {
        tries++;
        if (tries < 4) throw new Error('not yet');
        return DONE;
      }),
    ]);
    await create('a');
    const run = manager.run(stop.signal);
    await manager.ready;
    await clock.advance(1000);
    expect(tries).toBe(4);
    const metrics = await registry.metrics();
    expect(metrics).toContain('controller_runtime_reconcile_total{controller="test",result="error"} 3');
    expect(metrics).toContain('controller_runtime_reconcile_total{controller="test",result="success"} 1');
    expect(metrics).toContain('workqueue_retries_total{name="test"} 3');
    stop.abort();
    await run;
  });

  it('gives reconciles under way their signal and waits for them, then ends', async () => {
    const steps: string[] = [];
    const { clock, manager, stop, create } = harness([
      controller('test', () => async (_key, { signal }) => {
        steps.push('started');
        await aborted(signal);
        steps.push('told to stop');
        return DONE;
      }),
    ]);
    await create('a');
    const run = manager.run(stop.signal).then(() => steps.push('over'));
    await manager.ready;
    await clock.settle();
    stop.abort();
    await run;
    expect(steps).toEqual(['started', 'told to stop', 'over']);
  });

  it('leaves a reconcile behind that does not end within the grace period', async () => {
    const { clock, manager, stop, create } = harness([controller('test', () => () => new Promise(() => {}))], { graceMs: 3000 });
    await create('a');
    let over = false;
    const run = manager.run(stop.signal).then(() => {
      over = true;
    });
    await manager.ready;
    await clock.settle();
    stop.abort();
    await clock.advance(2999);
    expect(over).toBe(false);
    await clock.advance(1001);
    await run;
  });

  it('ends with the error of a controller whose own run failed', async () => {
    const failure = new Error('the graph broke');
    const { manager, stop } = harness([
      {
        name: 'test',
        concurrency: 1,
        component: 'test',
        setup: () => ({ needs: [], reconcile: async () => DONE, run: async () => Promise.reject(failure) }),
      },
    ]);
    await expect(manager.run(stop.signal)).rejects.toBe(failure);
  });

  it('shares a registry with another manager, the lanes of both labelled by name', async () => {
    const idle = (name: string) => controller(name, () => async () => DONE);
    const first = harness([idle('first')]);
    const second = createManager({
      client: first.client,
      clock: first.clock,
      log: silentLogger,
      registry: first.registry,
      controllers: [idle('second')],
    });
    await first.create('a');
    const runs = [first.manager.run(first.stop.signal), second.run(first.stop.signal)];
    await Promise.all([first.manager.ready, second.ready]);
    await first.clock.settle();
    await first.create('b');
    await first.clock.settle();
    const metrics = await first.registry.metrics();
    for (const name of ['first', 'second']) {
      expect(metrics).toContain(`workqueue_adds_total{name="${name}"} 2`);
      expect(metrics).toContain(`workqueue_depth{name="${name}"} 0`);
      expect(metrics).toContain(`workqueue_work_duration_seconds_count{name="${name}"} 2`);
      expect(metrics).toContain(`controller_runtime_reconcile_total{controller="${name}",result="success"} 2`);
    }
    first.stop.abort();
    await Promise.all(runs);
  });

  it('may run again in the same process, with leader election', async () => {
    const reconciled: string[] = [];
    const leaderElection = { lease: { namespace: 'kube-system', name: 'test' }, identity: 'one' };
    const definition = controller('test', () => async (key) => {
      reconciled.push(key.name);
      return DONE;
    });
    const { client, clock, registry, create } = harness([]);
    await create('a');
    for (let round = 0; round < 2; round++) {
      const stop = new AbortController();
      const manager = createManager({ client, clock, log: silentLogger, registry, controllers: [definition], leaderElection });
      const run = manager.run(stop.signal);
      await clock.settle();
      stop.abort();
      await clock.advance(10_000);
      await run;
    }
    expect(reconciled).toEqual(['a', 'a']);
    expect(await registry.metrics()).toContain('workqueue_adds_total{name="test"} 2');
  });

  it('starts nothing while another leads, and says it is ready', async () => {
    const seen: string[] = [];
    const election = (identity: string) => ({ lease: { namespace: 'kube-system', name: 'test' }, identity });
    const definition = (name: string) =>
      controller('test', () => async () => {
        seen.push(name);
        return DONE;
      });
    const first = harness([definition('first')], { leaderElection: election('first') });
    const second = createManager({
      client: first.client,
      clock: first.clock,
      log: silentLogger,
      registry: new Registry(),
      controllers: [definition('second')],
      leaderElection: election('second'),
    });
    await first.create('a');
    const stopSecond = new AbortController();
    const runs = [first.manager.run(first.stop.signal)];
    await first.manager.ready;
    await first.clock.settle();
    runs.push(second.run(stopSecond.signal));
    await second.ready;
    await first.clock.advance(30_000);
    expect(seen).toEqual(['first']);
    first.stop.abort();
    await first.clock.advance(10_000);
    expect(seen).toEqual(['first', 'second']);
    stopSecond.abort();
    await first.clock.advance(10_000);
    await Promise.all(runs);
  });
});
