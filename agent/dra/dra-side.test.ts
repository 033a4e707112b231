import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { DynamicResourcesError } from '../contract/dynamic-resources.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { createPluginRegistration } from '../plugin/plugin-registration.ts';
import { PluginFault } from '../plugin/plugin-server.fixture.ts';
import type { DraSide } from './compose.ts';
import { createDraSide } from './compose.ts';
import type { DraDriverOptions, DraDriverProcess, Prepared } from './dra-driver.fixture.ts';
import { POOL, startDraDriver } from './dra-driver.fixture.ts';

const DRIVER = 'gpu.example.com';
const OTHER = 'nic.example.com';

let root = '';
let client: MemoryClient;
let side: DraSide;
let agent: AbortController;
let woken: string[];
const drivers: DraDriverProcess[] = [];

const checkpoint = () => join(root, 'dra_manager_state');
/** Begins an agent, with what an earlier one has left on disk. */
const begin = async (): Promise<void> => {
  agent = new AbortController();
  const shared = { nodeName: 'n', root, checkpoint: checkpoint(), client, clock: systemClock, log: silentLogger };
  side = await createDraSide({ ...shared, wakePod: (uid) => woken.push(uid), signal: agent.signal });
};
/** Starts a driver and has it register. */
const start = async (name = DRIVER, more: Partial<DraDriverOptions> = {}): Promise<DraDriverProcess> => {
  const socket = join(root, 'plugins', `${name}.sock`);
  const driver = await startDraDriver({ name, socket, registrationSocket: registrationSocket(name), ...more });
  drivers.push(driver);
  await register(name);
  return driver;
};
const registrationSocket = (name: string) => join(root, 'plugins_registry', `${name}.sock`);
const register = (name = DRIVER) =>
  createPluginRegistration({ typeOf: async () => side.plugins, clock: systemClock }).added(registrationSocket(name));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dra-'));
  client = createMemoryClient(systemClock);
  woken = [];
  await begin();
});
afterEach(async () => {
  agent.abort();
  for (const driver of drivers.splice(0)) await driver.stop();
  await removeDirectory(root);
});

interface ClaimFacts {
  readonly pods?: readonly Live<Pod>[];
  readonly drivers?: readonly string[];
  readonly owner?: Live<Pod>;
  readonly isAllocated?: boolean;
}
const claim = (name: string, { pods = [], drivers: of = [DRIVER], owner, isAllocated = true }: ClaimFacts): Promise<Live<ResourceClaim>> =>
  client.create(resourceClaims, {
    metadata: {
      name,
      namespace: 'default',
      ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner.metadata.name, uid: owner.metadata.uid, controller: true }] }),
    },
    spec: { devices: {} },
    status: {
      ...(isAllocated && { allocation: { devices: { results: of.map((driver) => ({ request: 'r', driver, pool: POOL, device: name })) } } }),
      reservedFor: pods.map(({ metadata }) => ({ resource: 'pods', name: metadata.name, uid: metadata.uid })),
    },
  });
const podOf = (uid: string, claims: readonly string[], containers: Container[] = [using(...claims)]): Live<Pod> =>
  aPod({ resourceClaims: claims.map((name) => ({ name, resourceClaimName: name })), containers }, { uid, name: uid });
/** A container that uses claims, or requests of them: `claim/request`. */
const using = (...references: readonly string[]): Container => {
  const claims = references.map((reference) => {
    const [name = '', request] = reference.split('/');
    return { name, ...(request === undefined ? {} : { request }) };
  });
  return aContainer('c', { resources: { claims } });
};
const { prepare, unprepare, devices } = {
  prepare: (pod: Live<Pod>) => side.resources.prepare(pod),
  unprepare: (pod: Live<Pod>) => side.resources.unprepare(pod),
  devices: (pod: Live<Pod>, container = pod.spec?.containers[0]) => side.resources.devices(pod, container ?? aContainer('c')),
};
/** Waits for a fact, at most a minute. */
async function until(fact: () => boolean): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (!fact() && systemClock.monotonic() < deadline) await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)));
  expect(fact()).toBe(true);
}
const left = () => readFile(checkpoint(), 'utf8').catch(() => undefined);

describe('a driver that registers', () => {
  it('is told so', async () => {
    const driver = await start();
    expect(driver.registrations).toEqual([{ plugin_registered: true, error: '' }]);
  });

  it.each([
    [[], 'empty list of supported gRPC services (aka supported versions)'],
    [
      ['v1alpha3.Node', '1.0.0'],
      'none of services supported by the plugin (["v1alpha3.Node" "1.0.0"]) are supported by the kubelet (["v1.DRAPlugin" "v1beta1.DRAPlugin"])',
    ],
  ])('with the services %j is refused', async (services, why) => {
    const socket = join(root, 'plugins', `${DRIVER}.sock`);
    await expect(start(DRIVER, { services })).rejects.toThrow(
      `RegisterPlugin error -- plugin validation failed with err: invalid supported gRPC versions of DRA driver plugin ${DRIVER} at endpoint ${socket}: ${why}`,
    );
    expect(drivers[0]?.registrations).toMatchObject([{ plugin_registered: false }]);
  });

  it('with the older service alone is spoken to in that', async () => {
    const driver = await start(DRIVER, { services: ['v1beta1.DRAPlugin'] });
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    await prepare(pod);
    expect(driver.calls).toEqual(['prepare x']);
  });

  it('does not take the socket of another plugin of the driver', async () => {
    await start();
    await expect(register()).rejects.toThrow(
      `plugin registration failed with err: endpoint ${join(root, 'plugins', `${DRIVER}.sock`)} already registered`,
    );
  });
});

describe('the claims of a pod', () => {
  it('are prepared in one call per driver, and give their devices to the containers that name them', async () => {
    const [gpu, nic] = [await start(), await start(OTHER)];
    const pod = podOf('a', ['x', 'y', 'z'], [using('x', 'z')]);
    await claim('x', { pods: [pod] });
    await claim('y', { pods: [pod] });
    await claim('z', { pods: [pod], drivers: [OTHER] });
    await prepare(pod);
    expect([gpu.calls, nic.calls]).toEqual([['prepare x,y'], ['prepare z']]);
    expect(await devices(pod)).toEqual(['example.com/device=x', 'example.com/device=z']);
    expect(await devices(pod, aContainer('other'))).toEqual([]);
  });

  it('are prepared once for all pods that share them, and unprepared after the last of them', async () => {
    const driver = await start();
    const [a, b] = [podOf('a', ['x']), podOf('b', ['x'])];
    await claim('x', { pods: [a, b] });
    await Promise.all([prepare(a), prepare(b)]);
    expect(driver.calls).toEqual(['prepare x']);
    await unprepare(a);
    expect(driver.calls).toEqual(['prepare x']);
    expect(await devices(b)).toEqual(['example.com/device=x']);
    await unprepare(b);
    await unprepare(b);
    expect(driver.calls).toEqual(['prepare x', 'unprepare x']);
    expect(await left()).toBeUndefined();
  });

  it('give a container the devices of the requests that it names, and those that are for all', async () => {
    const of = (name: string, requests: string[]) => ({
      pool_name: POOL,
      device_name: name,
      cdi_device_ids: [`e.com/d=${name}`],
      request_names: requests,
    });
    await start(DRIVER, { prepare: () => ({ devices: [of('one', ['r1']), of('two', ['r2']), of('all', [])] }) });
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    await prepare(pod);
    expect(await devices(pod, using('x/r1'))).toEqual(['e.com/d=one', 'e.com/d=all']);
    expect(await devices(pod, using('x/r2'))).toEqual(['e.com/d=two', 'e.com/d=all']);
    expect(await devices(pod, using('x'))).toEqual(['e.com/d=one', 'e.com/d=two', 'e.com/d=all']);
  });

  it('that stand behind extended resources give them to the containers that ask for these', async () => {
    await start();
    const asking = aContainer('c', { resources: { requests: { 'example.com/gpu': '1', cpu: '1' } } });
    const status = {
      extendedResourceClaimStatus: {
        resourceClaimName: 'x',
        requestMappings: [{ containerName: 'c', resourceName: 'example.com/gpu', requestName: 'r' }],
      },
    };
    const pod = aPod({ containers: [asking, aContainer('d')] }, {}, status);
    await claim('x', { pods: [pod] });
    await prepare(pod);
    expect(await devices(pod, asking)).toEqual(['example.com/device=x']);
    expect(await devices(pod, aContainer('d'))).toEqual([]);
    const held = { driver: DRIVER, pool: POOL, device: 'x', shareId: undefined, cdiDevices: ['example.com/device=x'] };
    expect(side.resources.held(pod, asking)).toEqual([{ namespace: 'default', name: 'x', devices: [held] }]);
    expect(side.resources.held(pod, aContainer('d'))).toEqual([]);
  });

  it('are shown with all of their devices, and not at all if one is not known', async () => {
    await start();
    const pod = podOf('a', ['x', 'y']);
    expect(side.resources.held(pod, using('x'))).toEqual([]);
    await claim('x', { pods: [pod] });
    await claim('y', { pods: [pod] });
    await prepare(pod);
    expect(side.resources.held(pod, using('y', 'x')).map(({ name }) => name)).toEqual(['x', 'y']);
    expect(side.resources.held(pod, using('x/r')).map(({ name }) => name)).toEqual(['x']);
    const other = podOf('a', ['x', 'unknown']);
    expect(side.resources.held(other, using('x', 'unknown'))).toEqual([]);
  });

  it.each<[string, ClaimFacts | undefined, (pod: Live<Pod>) => string]>([
    ['is not there', undefined, () => 'fetch ResourceClaim x: resourceclaims.resource.k8s.io "x" not found'],
    ['is not reserved for it', {}, (pod) => `pod a (a) is not allowed to use ResourceClaim x (${pod.metadata.annotations?.uid})`],
    ['is not allocated', { isAllocated: false, pods: [podOf('a', [])] }, () => 'ResourceClaim x: not allocated'],
    ['is of a driver that is not there', { drivers: ['no'], pods: [podOf('a', [])] }, () => 'DRA driver no is not registered'],
  ])('fail if one %s, and nothing of them is recorded', async (_, facts, why) => {
    await start();
    const pod = podOf('a', ['x']);
    const made = facts && (await claim('x', facts));
    const shown = { ...pod, metadata: { ...pod.metadata, annotations: { uid: made?.metadata.uid ?? '' } } };
    const attempt = prepare(pod);
    await expect(attempt).rejects.toThrow(new DynamicResourcesError(`prepare dynamic resources: ${why(shown)}`));
    expect(await left()).toBeUndefined();
    await unprepare(pod);
  });

  it('that are made from templates serve the pod that owns them alone', async () => {
    const driver = await start();
    const spec = { resourceClaims: [{ name: 'x', resourceClaimTemplateName: 't' }] };
    const status = { resourceClaimStatuses: [{ name: 'x', resourceClaimName: 'x-1' }] };
    await expect(prepare(aPod(spec))).rejects.toThrow('prepare dynamic resources: pod "default/p": ResourceClaim not created yet');
    const pod = aPod(spec, {}, status);
    await claim('x-1', { pods: [pod], owner: podOf('b', []) });
    await expect(prepare(pod)).rejects.toThrow('ResourceClaim default/x-1 was not created for Pod default/p (Pod is not owner)');
    await client.delete(resourceClaims, { namespace: 'default', name: 'x-1' });
    await claim('x-1', { pods: [pod], owner: pod });
    await prepare(pod);
    expect(driver.calls).toEqual(['prepare x-1']);
  });

  it.each<[string, (claim: string) => Prepared, string]>([
    ['refuses', () => ({ error: 'it is broken' }), 'NodePrepareResources failed for ResourceClaim x: it is broken'],
    ['does not answer for', () => ({}), 'NodePrepareResources skipped 1 ResourceClaims'],
  ])('fail as long as their driver %s one, and are prepared then', async (what, outcome, why) => {
    let fails = true;
    const driver = await start(DRIVER, {
      prepare: ({ name }) => (fails ? outcome(name) : { devices: [] }),
      skips: () => fails && what !== 'refuses',
    });
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    await expect(prepare(pod)).rejects.toThrow(`prepare dynamic resources: ${why}`);
    fails = false;
    await prepare(pod);
    expect(driver.calls).toEqual(['prepare x', 'prepare x']);
  });

  it('fail with the words of a driver that cannot be spoken to, and keep their devices single', async () => {
    const driver = await start();
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    driver.fail('NodePrepareResources', new PluginFault('UNAVAILABLE', 'busy'));
    await expect(prepare(pod)).rejects.toThrow('prepare dynamic resources: NodePrepareResources: rpc error: code = Unavailable desc = busy');
    driver.fail('NodePrepareResources', undefined);
    driver.fail('NodeUnprepareResources', new PluginFault('INTERNAL', 'stuck'));
    await prepare(pod);
    await expect(unprepare(pod)).rejects.toThrow('unprepare dynamic resources: NodeUnprepareResources: rpc error: code = Internal desc = stuck');
    expect(await devices(pod)).toEqual(['example.com/device=x']);
    driver.fail('NodeUnprepareResources', undefined);
    await unprepare(pod);
    expect(await left()).toBeUndefined();
  });

  it('wait for an earlier claim of the name to be unprepared', async () => {
    await start();
    const [a, b] = [podOf('a', ['x']), podOf('b', ['x'])];
    const old = await claim('x', { pods: [a] });
    await prepare(a);
    await client.delete(resourceClaims, { namespace: 'default', name: 'x' });
    await claim('x', { pods: [b] });
    await expect(prepare(b)).rejects.toThrow(
      `old ResourceClaim with same name x and different UID ${old.metadata.uid} still exists (previous pod force-deleted?!)`,
    );
    await unprepare(a);
    await prepare(b);
  });
});

describe('an agent that begins anew', () => {
  it('knows the devices of pods that run, and unprepares them at their end', async () => {
    const driver = await start();
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    await prepare(pod);
    agent.abort();
    await begin();
    expect(await devices(pod)).toEqual(['example.com/device=x']);
    await expect(unprepare(pod)).rejects.toThrow(`unprepare dynamic resources: DRA driver ${DRIVER} is not registered`);
    await register();
    await unprepare(pod);
    expect(driver.calls).toEqual(['prepare x', 'unprepare x']);
  });

  it('unprepares the claims of pods that went meanwhile, and no others', async () => {
    const driver = await start();
    const [a, b] = [podOf('a', ['x', 'shared']), podOf('b', ['y', 'shared'])];
    await claim('x', { pods: [a] });
    await claim('y', { pods: [b] });
    await claim('shared', { pods: [a, b] });
    await prepare(a);
    await prepare(b);
    agent.abort();
    await begin();
    await side.reconcile((uid) => uid === 'b');
    expect(driver.calls).toHaveLength(2);
    await register();
    await side.reconcile((uid) => uid === 'b');
    expect(driver.calls.slice(2)).toEqual(['unprepare x']);
    expect(await devices(b)).toEqual(['example.com/device=y', 'example.com/device=shared']);
  });

  it('unprepares claims in whose preparation the last one ended', async () => {
    let isAsked = false;
    const driver = await start(DRIVER, {
      prepare: () => {
        isAsked = true;
        return new Promise(() => {});
      },
    });
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    // It ends with the driver.
    prepare(pod).catch(() => {});
    await until(() => isAsked);
    agent.abort();
    await begin();
    await register();
    await side.reconcile(() => false);
    expect(driver.calls).toEqual(['prepare x', 'unprepare x']);
    expect(await left()).toBeUndefined();
  });

  it('does not take a file that it cannot read for none', async () => {
    await writeFile(checkpoint(), '{"Data":"{}","Checksum":1}');
    await expect(begin()).rejects.toThrow('please drain node and remove DRA state file');
  });
});

describe('the health of devices', () => {
  const report = (health: number, message = '') => [{ device: { pool_name: POOL, device_name: 'x' }, health, message }];
  const shown = (pod: Live<Pod>) => side.resources.health(pod, pod.spec?.containers[0] ?? aContainer('c'));

  it('is told to the pods that have them, by claim and request, as it changes', async () => {
    const driver = await start();
    const [pod, other] = [podOf('a', ['x'], [using('x/r')]), podOf('b', ['y'])];
    await claim('x', { pods: [pod] });
    await claim('y', { pods: [other] });
    await prepare(pod);
    await prepare(other);
    const name = 'claim:x/r';
    expect(shown(pod)).toEqual([{ name, resources: [{ health: 'Unknown', resourceID: 'example.com/device=x' }] }]);
    driver.report(report(1));
    await until(() => woken.length === 1);
    expect(shown(pod)).toEqual([{ name, resources: [{ health: 'Healthy', resourceID: 'example.com/device=x' }] }]);
    driver.report(report(2, 'too hot'));
    await until(() => woken.length === 2);
    expect(shown(pod)).toEqual([{ name, resources: [{ health: 'Unhealthy', message: 'too hot', resourceID: 'example.com/device=x' }] }]);
    await driver.stop();
    await until(() => woken.length === 3);
    expect(shown(pod)).toMatchObject([{ resources: [{ health: 'Unknown' }] }]);
    expect(woken).toEqual(['a', 'a', 'a']);
  });

  it('is unknown of drivers that do not tell it, and of claims that are not prepared not shown', async () => {
    await start(DRIVER, { tellsHealth: false });
    const pod = podOf('a', ['x']);
    await claim('x', { pods: [pod] });
    expect(shown(pod)).toEqual([]);
    await prepare(pod);
    expect(shown(pod)).toMatchObject([{ name: 'claim:x', resources: [{ health: 'Unknown' }] }]);
  });
});

it('preparations, calls and claims in use are measured by the names of kubelet', async () => {
  await start();
  const pod = podOf('a', ['x']);
  await claim('x', { pods: [pod] });
  await prepare(pod);
  await expect(prepare(podOf('b', ['x']))).rejects.toThrow('not allowed');
  const lines = (await side.metrics.metrics()).split('\n');
  expect(lines).toContain('dra_operations_duration_seconds_count{operation_name="PrepareResources",is_error="false"} 1');
  expect(lines).toContain('dra_operations_duration_seconds_count{operation_name="PrepareResources",is_error="true"} 1');
  const method = 'method_name="/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources"';
  expect(lines).toContain(`dra_grpc_operations_duration_seconds_count{driver_name="${DRIVER}",${method},grpc_status_code="OK"} 1`);
  expect(lines).toContain('dra_resource_claims_in_use{driver_name="<any>"} 1');
  expect(lines).toContain(`dra_resource_claims_in_use{driver_name="${DRIVER}"} 1`);
});
