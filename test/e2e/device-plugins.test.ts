import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openChannel } from '../../agent/cri/channel.ts';
import type { DevicePluginProcess } from '../../agent/device-plugin/device-plugin.fixture.ts';
import { named, startDevicePlugin } from '../../agent/device-plugin/device-plugin.fixture.ts';
import * as m from '../../agent/pod-resources/messages.ts';
import { systemClock } from '../../base/clock.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { layoutOf } from '../../cli/config/data-dir.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const RESOURCE = 'test.example.com/device';
/** Runs until the file is there: a container that ends is started again, with a file system of its own. */
const UNTIL_END = 'while [ ! -e /end ]; do sleep 0.1; done';
/** Prints what a container has of the device. */
const LOOK = 'echo "$DEVICES $(ls /dev/test-device /device-file 2>/dev/null | tr "\\n" " ")"';

suite('device plugins', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let plugin: DevicePluginProcess | undefined;
  const start = async () => {
    const directory = join(layoutOf(cluster.dataDir).agent, 'device-plugins');
    const allocate = (ids: readonly string[]) => ({
      envs: { DEVICES: ids.join() },
      devices: [{ container_path: '/dev/test-device', host_path: '/dev/null', permissions: 'rw' }],
      mounts: [{ container_path: '/device-file', host_path: '/etc/hostname', read_only: true }],
    });
    plugin = await startDevicePlugin({ resource: RESOURCE, directory, devices: named('a b'), allocate }, systemClock);
    await plugin.register();
    return plugin;
  };
  const user = (name: string, amount: number, more: object = {}) =>
    pod(name, {
      terminationGracePeriodSeconds: 1,
      containers: [shell(web(), UNTIL_END, { resources: { limits: { [RESOURCE]: String(amount) } } })],
      ...more,
    });
  const look = (name: string) => kubectl('exec', name, '--', 'sh', '-c', LOOK);
  const shows = (text: string) =>
    eventually(async () => {
      const amount = (list: string) => kubectl.path(`{.status.${list}.${RESOURCE.replaceAll('.', '\\.')}}`, 'node', cluster.nodeName);
      expect(`${await amount('allocatable')}/${await amount('capacity')}`).toBe(text);
    });

  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('device-plugins');
  }, 180_000);
  afterAll(async () => {
    await plugin?.stop();
    await cluster?.down();
  }, 120_000);

  it('give pods devices that outlive an agent that is killed', async () => {
    const first = await start();
    await shows('2/2');
    await kubectl.input(user('one', 1), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/one', '--timeout=60s');
    expect(await look('one')).toBe('a /dev/test-device /device-file \n');
    const health = await kubectl.path('{.status.containerStatuses[0].allocatedResourcesStatus}', 'pod', 'one');
    expect(JSON.parse(health)).toEqual([{ name: RESOURCE, resources: [{ resourceID: 'a', health: 'Healthy' }] }]);

    const monitor = openChannel(join(layoutOf(cluster.dataDir).agent, 'pod-resources', 'kubelet.sock'), systemClock);
    const request = { pod_name: 'one', pod_namespace: 'device-plugins' };
    const { pod_resources } = await monitor.call('/v1.PodResourcesLister/Get', m.GetPodResourcesRequest, m.GetPodResourcesResponse, request);
    monitor.close();
    expect(pod_resources?.containers).toMatchObject([{ name: 'main', devices: [{ resource_name: RESOURCE, device_ids: ['a'] }] }]);

    await kubectl.input(user('two', 2, { nodeName: cluster.nodeName }), 'create', '-f', '-');
    const refusal = `Allocate failed due to requested number of devices unavailable for ${RESOURCE}. Requested: 2, Available: 1, which is unexpected`;
    await eventually(async () => expect(await podEvents(kubectl, 'two')).toContain(`Warning UnexpectedAdmissionError kubelet ${refusal}`));
    await eventually(async () =>
      expect(await kubectl.path('{.status.phase} {.status.reason} {.status.message}', 'pod', 'two')).toBe(
        `Failed UnexpectedAdmissionError Pod was rejected: ${refusal}`,
      ),
    );

    const agent = await cluster.pid('agent');
    process.kill(agent, 'SIGKILL');
    await eventually(async () => expect(await cluster.pid('agent')).not.toBe(agent));
    await shows('0/0');
    await eventually(async () => expect(await kubectl('exec', 'one', '--', 'touch', '/end')).toBe(''));
    await eventually(async () => expect(await kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', 'one')).toBe('1'));
    await kubectl('wait', '--for=condition=Ready', 'pod/one', '--timeout=60s');
    expect(await look('one')).toBe('a /dev/test-device /device-file \n');

    await first.stop();
    const second = await start();
    await shows('2/2');
    await kubectl.input(user('three', 1), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/three', '--timeout=60s');
    expect(await look('three')).toBe('b /dev/test-device /device-file \n');
    expect([...first.calls, ...second.calls]).toEqual(['Allocate a', 'Allocate b']);

    await second.stop();
    await shows('0/2');
  }, 240_000);
});
