import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { DevicePluginOptions, DevicePluginProcess } from './device-plugin.fixture.ts';
import { named, startDevicePlugin } from './device-plugin.fixture.ts';
import type { DevicePluginNode } from './device-plugin-node.fixture.ts';
import { beginNode, shown, until } from './device-plugin-node.fixture.ts';

const GPU = 'example.com/gpu';
let root = '';
let node: DevicePluginNode;
const plugins: DevicePluginProcess[] = [];
const directory = () => join(root, 'device-plugins');
const checkpoint = () => join(directory(), 'kubelet_internal_checkpoint');

/** Starts a plugin, and waits until its devices are known. */
const start = async (more: Partial<DevicePluginOptions> = {}): Promise<DevicePluginProcess> => {
  const { resource = GPU } = more;
  const plugin = await startDevicePlugin({ resource, directory: directory(), devices: named('a b c'), ...more }, systemClock);
  plugins.push(plugin);
  await plugin.register();
  const { length } = more.devices ?? named('a b c');
  await until(async () => (await shown(node)).includes(`${resource} ${length}/`));
  return plugin;
};
const using = (name: string, amount: number, more: Partial<Container> = {}): Container =>
  aContainer(name, { resources: { limits: { [GPU]: String(amount), cpu: '1' } }, ...more });
/** A pod that the node holds from now on. */
const podOf = (uid: string, containers: Container[], more: Partial<NonNullable<Pod['spec']>> = {}, status?: Pod['status']): Live<Pod> => {
  node.holders.add(uid);
  return aPod({ containers, ...more }, { uid, name: uid }, status);
};
/** The devices of a container, by the variable that the plugin gives it. */
const devicesOf = async (pod: Live<Pod>, name = 'c'): Promise<string | undefined> => {
  const container = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find((each) => each.name === name);
  return (await node.devices.settings(pod, container ?? aContainer(name))).environment.get('DEVICES');
};
const restart = async (): Promise<void> => {
  const { holders } = node;
  node.end();
  node = await beginNode(root);
  for (const uid of holders) node.holders.add(uid);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'devplug-'));
  node = await beginNode(root);
});
afterEach(async () => {
  node.end();
  for (const plugin of plugins.splice(0)) await plugin.stop();
  await removeDirectory(root);
});

describe('a pod that asks for devices', () => {
  it('gets the first ones by name that are healthy and free', async () => {
    const plugin = await start();
    plugin.list(named('a b c d', 'a'));
    await until(async () => (await shown(node)) === `${GPU} 3/4`);
    const one = podOf('u1', [using('c', 1)]);
    const two = podOf('u2', [using('c', 2)]);
    await Promise.all([node.devices.allocate(one), node.devices.allocate(two)]);
    expect([await devicesOf(one), await devicesOf(two)]).toEqual(['b', 'c,d']);
    expect(plugin.calls).toEqual(['Allocate b', 'Allocate c,d']);
  });

  it('concerns plugins only if one of the resource is known', async () => {
    const pod = podOf('u1', [using('c', 1)]);
    expect(node.devices.concerns(pod)).toBe(false);
    await start();
    expect(node.devices.concerns(pod)).toBe(true);
    expect(node.devices.concerns(podOf('u2', [aContainer('c')]))).toBe(false);
  });

  it('does not get those that a ResourceClaim stands behind', async () => {
    await start();
    const requestMappings = [{ containerName: 'c', resourceName: GPU, requestName: 'r' }];
    const pod = podOf('u1', [using('c', 1)], {}, { extendedResourceClaimStatus: { resourceClaimName: 'x', requestMappings } });
    expect(node.devices.concerns(pod)).toBe(false);
    expect(await devicesOf(pod)).toBeUndefined();
  });

  it('gets those that the plugin prefers, and is asked nothing if it has no opinion', async () => {
    const plugin = await start({ options: { get_preferred_allocation_available: true }, prefer: () => ['c', 'x'] });
    const pod = podOf('u1', [using('c', 2)]);
    await node.devices.allocate(pod);
    expect(await devicesOf(pod)).toBe('a,c');
    expect(plugin.calls).toEqual(['GetPreferredAllocation 2 of a,b,c with ', 'Allocate a,c']);
  });

  it('keeps what it has if it is asked for again', async () => {
    const plugin = await start();
    const pod = podOf('u1', [using('c', 1)]);
    await node.devices.allocate(pod);
    await node.devices.allocate(pod);
    expect(plugin.calls).toEqual(['Allocate a']);
    await expect(node.devices.allocate(podOf('u1', [using('c', 2)]))).rejects.toThrow(
      `pod "u1" container "c" changed request for resource "${GPU}" from 1 to 2`,
    );
  });

  it('uses devices of init containers again, but not those of sidecars', async () => {
    const plugin = await start({ options: { get_preferred_allocation_available: true } });
    const initContainers = [using('first', 1), using('sidecar', 1, { restartPolicy: 'Always' }), using('second', 1)];
    const pod = podOf('u1', [using('c', 2)], { initContainers });
    await node.devices.allocate(pod);
    const names = ['first', 'sidecar', 'second', 'c'];
    expect(await Promise.all(names.map((name) => devicesOf(pod, name)))).toEqual(['a', 'a', 'b', 'b,c']);
    expect(plugin.calls.at(-2)).toBe('GetPreferredAllocation 2 of b,c with b');
  });

  it('gets the devices of pods that are over', async () => {
    await start();
    const first = podOf('u1', [using('c', 3)]);
    await node.devices.allocate(first);
    const second = podOf('u2', [using('c', 1)]);
    const refusal = `requested number of devices unavailable for ${GPU}. Requested: 1, Available: 0`;
    await expect(node.devices.allocate(second)).rejects.toThrow(refusal);
    node.holders.delete('u1');
    await node.devices.allocate(second);
    expect(await devicesOf(second)).toBe('a');
  });

  it('is refused in the words of the plugin, and leaves no device in use', async () => {
    const plugin = await start({ devices: named('a') });
    plugin.fail('Allocate', 'broken');
    await expect(node.devices.allocate(podOf('u1', [using('c', 1)]))).rejects.toThrow('rpc error: code = Unknown desc = broken');
    plugin.fail('Allocate', undefined);
    await node.devices.allocate(podOf('u2', [using('c', 1)]));
    expect(await node.metrics()?.metrics()).toContain(`kubelet_device_plugin_alloc_duration_seconds_count{resource_name="${GPU}"} 2`);
  });

  it('is refused if the plugin cannot tell what it prefers', async () => {
    const plugin = await start({ options: { get_preferred_allocation_available: true } });
    plugin.fail('GetPreferredAllocation', 'broken');
    await expect(node.devices.allocate(podOf('u1', [using('c', 1)]))).rejects.toThrow(
      'device plugin GetPreferredAllocation rpc failed with err: rpc error: code = Unknown desc = broken',
    );
  });

  it('is refused if no device is healthy, or one that it has is not any more', async () => {
    const plugin = await start();
    const pod = podOf('u1', [using('c', 1)]);
    await node.devices.allocate(pod);
    plugin.list(named('a b', 'a'));
    await until(async () => (await shown(node)) === `${GPU} 1/2`);
    const lost = `previously allocated devices are no longer healthy; cannot allocate unhealthy devices ${GPU}`;
    await expect(node.devices.allocate(pod)).rejects.toThrow(lost);
    plugin.list(named('a b', 'a b'));
    await until(async () => (await shown(node)) === `${GPU} 0/2`);
    const none = `no healthy devices present; cannot allocate unhealthy devices ${GPU}`;
    await expect(node.devices.allocate(podOf('u2', [using('c', 1)]))).rejects.toThrow(none);
  });
});

describe('a container that is started', () => {
  it('gets all that its plugins answer; of two settings for one thing the first counts', async () => {
    await start({
      allocate: () => ({
        envs: { A: '1' },
        mounts: [{ container_path: '/lib', host_path: '/var/lib/kubelet/plugins/gpu/lib', read_only: true }],
        devices: [{ container_path: '/dev/gpu', host_path: '/dev/null', permissions: 'rw' }],
        annotations: { 'example.com/a': 'b' },
        cdi_devices: [{ name: 'example.com/gpu=0' }],
      }),
    });
    const nic = 'example.com/nic';
    await start({
      resource: nic,
      allocate: () => ({
        envs: { A: '2', B: '3' },
        devices: [
          { container_path: '/dev/gpu', host_path: '/dev/zero', permissions: 'r' },
          { container_path: '/dev/nic', host_path: '/dev/zero', permissions: 'r' },
        ],
        cdi_devices: [{ name: 'example.com/gpu=0' }],
      }),
    });
    const pod = podOf('u1', [aContainer('c', { resources: { limits: { [nic]: '1', [GPU]: '1' } } })]);
    await node.devices.allocate(pod);
    expect(await node.devices.settings(pod, pod.spec?.containers[0] ?? aContainer('c'))).toEqual({
      environment: new Map([
        ['A', '1'],
        ['B', '3'],
      ]),
      mounts: [{ container_path: '/lib', host_path: join(root, 'plugins/gpu/lib'), readonly: true, propagation: 0 }],
      devices: [
        { container_path: '/dev/gpu', host_path: '/dev/null', permissions: 'rw' },
        { container_path: '/dev/nic', host_path: '/dev/zero', permissions: 'r' },
      ],
      annotations: { 'example.com/a': 'b' },
      cdiDevices: ['example.com/gpu=0'],
    });
  });

  it('has its devices made ready at each start if the plugin wants it', async () => {
    const plugin = await start({ options: { pre_start_required: true } });
    const pod = podOf('u1', [using('c', 2)]);
    await node.devices.allocate(pod);
    await devicesOf(pod);
    await devicesOf(pod);
    expect(plugin.calls).toEqual(['Allocate a,b', 'PreStartContainer a,b', 'PreStartContainer a,b']);
    plugin.fail('PreStartContainer', 'stuck');
    await expect(devicesOf(pod)).rejects.toThrow('device plugin PreStartContainer rpc failed with err: rpc error: code = Unknown desc = stuck');
    const other = podOf('u2', [using('c', 1)]);
    await expect(devicesOf(other)).rejects.toThrow(`no devices found allocated in local cache for pod u2, container c, resource ${GPU}`);
  });

  it('gets devices late if the plugin has registered after the pod was taken', async () => {
    const pod = podOf('u1', [using('c', 1)]);
    expect(await devicesOf(pod)).toBeUndefined();
    await start();
    expect(await devicesOf(pod)).toBe('a');
    node.holders.delete('u2');
    expect(await devicesOf(aPod({ containers: [using('c', 1)] }, { uid: 'u2' }))).toBeUndefined();
  });
});

describe('the health of devices', () => {
  it('is shown by resource, and tells the pods that have them', async () => {
    const plugin = await start();
    const pod = podOf('u1', [using('c', 2)]);
    await node.devices.allocate(pod);
    const container = pod.spec?.containers[0] ?? aContainer('c');
    const health = (a: string, b: string) => [
      {
        name: GPU,
        resources: [
          { resourceID: 'a', health: a },
          { resourceID: 'b', health: b },
        ],
      },
    ];
    expect(node.devices.health(pod, container)).toEqual(health('Healthy', 'Healthy'));
    plugin.list(named('a b c', 'b'));
    await until(() => node.woken.length > 0);
    expect(node.devices.health(pod, container)).toEqual(health('Healthy', 'Unhealthy'));
    expect(node.devices.health(pod, aContainer('other'))).toEqual([]);
    plugin.list(named('a b c', 'b c'));
    await until(async () => (await shown(node)) === `${GPU} 1/3`);
    expect(node.woken).toEqual(['u1']);
  });
});

describe('an agent that begins anew', () => {
  it('knows which container has which device', async () => {
    const plugin = await start({ devices: [{ ID: 'a', health: 'Healthy', topology: { nodes: [{ ID: 0 }, { ID: 1 }] } }, ...named('b c')] });
    const pod = podOf('u1', [using('c', 2)]);
    await node.devices.allocate(pod);
    const { Data } = JSON.parse(await readFile(checkpoint(), 'utf8'));
    expect(Data.PodDeviceEntries).toMatchObject([
      { PodUID: 'u1', ContainerName: 'c', ResourceName: GPU, DeviceIDs: { '0': ['a'], '1': ['a'], '-1': ['b'] } },
    ]);
    expect(Data.RegisteredDevices).toEqual({ [GPU]: ['a', 'b', 'c'] });
    await restart();
    expect(await devicesOf(pod)).toBe('a,b');
    expect(node.devices.held(pod, pod.spec?.containers[0] ?? aContainer('c'))).toEqual([
      { resource: GPU, id: 'a', numaNodes: [0, 1] },
      { resource: GPU, id: 'b', numaNodes: [] },
    ]);
    expect(node.devices.healthy()).toEqual([]);
    await plugin.stop();
    await start();
    const next = podOf('u2', [using('c', 1)]);
    await node.devices.allocate(next);
    expect(await devicesOf(next)).toBe('c');
    expect(node.devices.healthy().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('refuses pods until the plugin has registered again', async () => {
    const plugin = await start();
    const pod = podOf('u1', [using('c', 1)]);
    await node.devices.allocate(pod);
    await restart();
    const refusal = `no healthy devices present; cannot allocate unhealthy devices ${GPU}`;
    await expect(node.devices.allocate(pod)).rejects.toThrow(refusal);
    await expect(node.devices.allocate(podOf('u2', [using('c', 1)]))).rejects.toThrow(refusal);
    await plugin.stop();
    await start();
    await node.devices.allocate(pod);
    expect(await devicesOf(pod)).toBe('a');
  });

  it('gives away the devices of pods that went meanwhile', async () => {
    const plugin = await start();
    await node.devices.allocate(podOf('u1', [using('c', 3)]));
    node.holders.delete('u1');
    await restart();
    await plugin.stop();
    await start();
    const next = podOf('u2', [using('c', 3)]);
    await node.devices.allocate(next);
    expect(await devicesOf(next)).toBe('a,b,c');
  });

  it('goes on without a checkpoint that is damaged', async () => {
    await start();
    await node.devices.allocate(podOf('u1', [using('c', 1)]));
    await writeFile(checkpoint(), (await readFile(checkpoint(), 'utf8')).replace('"u1"', '"u2"'));
    await restart();
    expect(await shown(node)).toBe('');
  });
});
