import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { networkPolicies } from '../../../api/kinds/networking/network-policy/index.ts';
import { errors } from '../../../api/meta/status-error.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { MemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createInformer } from '../../../runtime/watch/informer-set.ts';
import type { ContainerRuntime } from '../../contract/runtime.ts';
import type { ContainerConfig, SandboxConfig } from '../../contract/runtime-config.ts';
import { NAMESPACE } from '../../contract/runtime-config.ts';
import { createSimulatedRuntime } from '../../simulated/simulated-runtime.ts';
import type { NetworkPolicies } from './index.ts';
import { createNetworkPolicies } from './index.ts';
import { POLICY_TABLE } from './policy-table.ts';
import { somePod, somePolicy } from './policy-world.fixture.ts';
import type { TableModel } from './table-model.fixture.ts';
import { createTableModel } from './table-model.fixture.ts';

describe('network policies on a node', () => {
  let clock: FakeClock;
  let client: MemoryClient;
  let abort: AbortController;
  let running: Promise<void>;
  let policies: NetworkPolicies;
  let table: TableModel | undefined;
  let transactions: string[];
  let refuse: number;
  let removals: number;
  let registry: Registry;

  beforeEach(async () => {
    clock = createFakeClock();
    client = createMemoryClient(clock);
    abort = new AbortController();
    table = undefined;
    transactions = [];
    refuse = 0;
    removals = 0;
    registry = new Registry();
    running = Promise.resolve();
    await client.create(namespaces, { metadata: { name: 'a' } });
  });
  afterEach(async () => {
    abort.abort();
    await clock.settle();
    await running;
  });

  function start(): void {
    const kernel = {
      async apply(transaction: string) {
        if (refuse > 0) {
          refuse--;
          throw new Error('no such file or directory');
        }
        table ??= createTableModel(POLICY_TABLE);
        table.apply(transaction);
        transactions.push(transaction);
      },
      exists: async () => table !== undefined,
      remove: async () => void removals++,
      denied: async () => new Map([['ingress', 7]]),
    };
    const ownPods = createInformer(pods, { client, clock, log: silentLogger, signal: abort.signal });
    policies = createNetworkPolicies({ client, ownPods, nodeName: 'here', clock, log: silentLogger, registry, kernel });
    running = policies.run(abort.signal);
  }
  const settle = async (until: () => boolean) => {
    for (let turns = 0; !until() && turns < 3000; turns++) await clock.advance(20);
    expect(until()).toBe(true);
  };
  const deny = () => client.create(networkPolicies, somePolicy('deny', { podSelector: {} }));
  const judge = (to: string, from = '8.8.8.8') => table?.judge({ from, to, protocol: 'tcp', port: 80 });

  it('read nothing but policies as long as there are none, and take back what an earlier process left', async () => {
    start();
    await settle(() => removals === 1);
    await policies.ready;
    expect(client.calls.filter((call) => call.includes('namespaces') && !call.startsWith('create'))).toEqual([]);
    expect(transactions).toEqual([]);
  });

  it('are in force from the first one on, and follow policies, pods and namespaces', async () => {
    await client.create(pods, somePod('one', { address: '10.244.7.2' }));
    await client.create(pods, somePod('far', { address: '10.244.8.2', node: 'there', labels: { app: 'x' } }));
    start();
    await settle(() => removals === 1);
    await deny();
    await settle(() => judge('10.244.7.2') === 'drop');
    expect(transactions[0]).toMatch(/^add table ip skiff-policies\ndelete table ip skiff-policies\ntable ip skiff-policies \{/);
    await client.create(
      networkPolicies,
      somePolicy('allow', { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'x' } } }] }] }),
    );
    await settle(() => judge('10.244.7.2', '10.244.8.2') === 'accept');
    expect(transactions.slice(1).join('')).not.toContain('delete table');
    await client.delete(pods, { namespace: 'a', name: 'far' });
    await settle(() => judge('10.244.7.2', '10.244.8.2') === 'drop');
    await client.delete(networkPolicies, { namespace: 'a', name: 'deny' });
    await client.delete(networkPolicies, { namespace: 'a', name: 'allow' });
    await settle(() => judge('10.244.7.2') === 'accept');
  });

  it('replace the table whole after a refused change, and when somebody flushed it', async () => {
    await client.create(pods, somePod('one', { address: '10.244.7.2' }));
    await deny();
    refuse = 2;
    start();
    await settle(() => judge('10.244.7.2') === 'drop');
    expect(await registry.getSingleMetricAsString('skiff_network_policy_sync_failures_total')).toContain(
      'skiff_network_policy_sync_failures_total 2',
    );
    table = undefined;
    await clock.advance(31_000);
    await settle(() => judge('10.244.7.2') === 'drop');
  });

  it('show what they hold and what was dropped as metrics', async () => {
    await client.create(pods, somePod('one', { address: '10.244.7.2' }));
    await deny();
    start();
    await settle(() => judge('10.244.7.2') === 'drop');
    await policies.ready;
    const text = await registry.metrics();
    expect(text).toContain('skiff_network_policies 1');
    expect(text).toContain('skiff_network_policy_isolated_pods{direction="ingress"} 1');
    expect(text).toContain('skiff_network_policy_isolated_pods{direction="egress"} 0');
    expect(text).toContain('skiff_network_policy_denied_packets_total{reason="ingress"} 7');
    expect(text).toContain('skiff_network_policy_sync_duration_seconds_count{full="true"} 1');
  });

  it('are not enforced, nor waited for, as long as the API server refuses to tell them', async () => {
    for (let tries = 0; tries < 6; tries++) client.failNext('list networkpolicies', errors.forbidden(networkPolicies, '', 'no'));
    await client.create(pods, somePod('one', { address: '10.244.7.2' }));
    await deny();
    start();
    let isReady = false;
    void policies.ready.then(() => {
      isReady = true;
    });
    await settle(() => isReady);
    expect(transactions).toEqual([]);
    const { calls, runtime } = guardedPod();
    await runtime.createContainer(await runtime.runSandbox(sandbox('two')), container, sandbox('two'));
    expect(calls).toEqual(['createContainer undefined']);
    await settle(() => judge('10.244.7.2') === 'drop');
  });

  const sandbox = (name: string, uid = 'some-uid', network: number = NAMESPACE.POD): SandboxConfig => ({
    metadata: { namespace: 'a', name, uid, attempt: 0 },
    linux: { security_context: { namespace_options: { network } } },
  });
  const container: ContainerConfig = { metadata: { name: 'c', attempt: 0 }, image: { image: 'i' } };
  /** The guarded runtime of a pod with the address 10.244.7.9; calls show what the table does with a packet to it at that moment. */
  function guardedPod() {
    const calls: string[] = [];
    const simulated = createSimulatedRuntime({ clock, podAddress: () => '10.244.7.9' });
    const runtime = policies.guard({
      ...simulated,
      createContainer(...values) {
        calls.push(`createContainer ${judge('10.244.7.9')}`);
        return simulated.createContainer(...values);
      },
    });
    return { calls, runtime };
  }
  /** Starts a container in a sandbox of its own; moves time on until that has succeeded or failed. */
  async function startContainer(runtime: ContainerRuntime, config: SandboxConfig): Promise<unknown> {
    let result: unknown;
    const id = await runtime.runSandbox(config);
    runtime.createContainer(id, container, config).then(
      () => {
        result = 'created';
      },
      (error: unknown) => {
        result = error;
      },
    );
    await settle(() => result !== undefined);
    return result;
  }

  it('are in force for a pod before its first container is created, and before the API knows its address', async () => {
    const { metadata } = await client.create(pods, somePod('one'));
    await deny();
    start();
    const { calls, runtime } = guardedPod();
    expect(await startContainer(runtime, sandbox('one', metadata.uid))).toBe('created');
    expect(calls).toEqual(['createContainer drop']);
    expect(await registry.getSingleMetricAsString('skiff_network_policy_pod_wait_seconds')).toContain(
      'skiff_network_policy_pod_wait_seconds_count 1',
    );
  });

  it('keep a pod from starting as long as they cannot be put in force, and say why', async () => {
    const { metadata } = await client.create(pods, somePod('one'));
    await deny();
    refuse = Number.POSITIVE_INFINITY;
    start();
    const { calls, runtime } = guardedPod();
    expect(await startContainer(runtime, sandbox('one', metadata.uid))).toMatchObject({
      message: 'rpc error: code = Unavailable desc = network policies are not in force yet: no such file or directory',
    });
    refuse = 0;
    expect(await startContainer(runtime, sandbox('one', metadata.uid))).toBe('created');
    expect(calls).toEqual(['createContainer drop']);
  });

  it('concern no pod in the network of the host', async () => {
    await deny();
    refuse = Number.POSITIVE_INFINITY;
    start();
    const { calls, runtime } = guardedPod();
    expect(await startContainer(runtime, sandbox('one', 'uid', NAMESPACE.NODE))).toBe('created');
    expect(calls).toEqual(['createContainer undefined']);
  });

  it('are not waited for by a static pod while the API server is away', async () => {
    for (let tries = 0; tries < 20; tries++) client.failNext('list networkpolicies', new Error('connection refused'));
    start();
    const { calls, runtime } = guardedPod();
    const ofFile = { ...sandbox('static'), annotations: { 'kubernetes.io/config.source': 'file' } };
    expect(await startContainer(runtime, ofFile)).toBe('created');
    expect(await startContainer(runtime, sandbox('one'))).toMatchObject({ message: expect.stringContaining('has not told of all of them') });
    expect(calls).toEqual(['createContainer undefined']);
  });

  it('cost a pod nothing where there are none', async () => {
    start();
    await settle(() => removals === 1);
    const { calls, runtime } = guardedPod();
    expect(await startContainer(runtime, sandbox('one'))).toBe('created');
    expect([calls, transactions]).toEqual([['createContainer undefined'], []]);
  });
});
