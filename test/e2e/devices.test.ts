import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DraDriverProcess } from '../../agent/dra/dra-driver.fixture.ts';
import { POOL, startDraDriver } from '../../agent/dra/dra-driver.fixture.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { layoutOf } from '../../cli/config/data-dir.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const DRIVER = 'test.dra.example.com';
const CDI_DIRECTORY = '/var/run/cdi';
/** Runs until the file is there: a container that ends is started again, with a file system of its own. */
const UNTIL_END = 'while [ ! -e /end ]; do sleep 0.1; done';
/** Prints what a container has of the device. */
const LOOK = 'echo "$DEVICE $(ls /dev/test-device /device-file 2>/dev/null | tr "\\n" " ")"';

suite('the devices of pods', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let client: Client;
  let driver: DraDriverProcess;
  const specOf = (uid: string) => join(CDI_DIRECTORY, `${DRIVER}-${uid}.json`);

  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('devices');
    client = createHttpsClient(await kubeconfigCredentials(join(cluster.dataDir, 'admin.conf')));
    const { agent } = layoutOf(cluster.dataDir);
    mkdirSync(CDI_DIRECTORY, { recursive: true });
    // As drivers do: a CDI spec for each claim, with what its containers need.
    driver = await startDraDriver({
      name: DRIVER,
      socket: join(agent, 'plugins', DRIVER, 'dra.sock'),
      registrationSocket: join(agent, 'plugins_registry', `${DRIVER}-reg.sock`),
      prepare: ({ uid, name }) => {
        const containerEdits = {
          env: [`DEVICE=${name}`],
          deviceNodes: [{ path: '/dev/test-device', hostPath: '/dev/null' }],
          mounts: [{ hostPath: '/etc/hostname', containerPath: '/device-file', options: ['ro', 'bind'] }],
        };
        const spec = { cdiVersion: '0.6.0', kind: `${DRIVER}/claim`, devices: [{ name: uid, containerEdits }] };
        writeFileSync(specOf(uid), JSON.stringify(spec));
        return { devices: [{ pool_name: POOL, device_name: 'd', request_names: ['r'], cdi_device_ids: [`${DRIVER}/claim=${uid}`] }] };
      },
      unprepare: ({ uid }) => rmSync(specOf(uid), { force: true }),
    });
    await eventually(() => expect(driver.registrations).toEqual([{ plugin_registered: true, error: '' }]));
  }, 180_000);
  afterAll(async () => {
    await driver?.stop();
    await cluster?.down();
  }, 120_000);

  it('are prepared for the containers that name them, outlive an agent that is killed, and are given back at the end', async () => {
    const requests = [{ name: 'r', exactly: { deviceClassName: 'test' } }];
    const made = await client.create(resourceClaims, { metadata: { name: 'gpu', namespace: 'devices' }, spec: { devices: { requests } } });
    const { uid } = made.metadata;
    const user = pod('user', {
      nodeName: cluster.nodeName,
      terminationGracePeriodSeconds: 1,
      resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }],
      containers: [shell(web(), UNTIL_END, { resources: { claims: [{ name: 'gpu', request: 'r' }] } }), shell(web(), UNTIL_END, { name: 'without' })],
    });
    await kubectl.input(user, 'create', '-f', '-');
    const podUid = await kubectl.path('{.metadata.uid}', 'pod', 'user');
    const refusal = `Warning FailedPrepareDynamicResources kubelet Failed to prepare dynamic resources: prepare dynamic resources: pod user (${podUid}) is not allowed to use ResourceClaim gpu (${uid})`;
    await eventually(async () => expect(await podEvents(kubectl, 'user')).toContain(refusal));

    const claim = await client.get(resourceClaims, { namespace: 'devices', name: 'gpu' });
    const results = [{ request: 'r', driver: DRIVER, pool: POOL, device: 'd' }];
    const status = { allocation: { devices: { results } }, reservedFor: [{ resource: 'pods', name: 'user', uid: podUid }] };
    await client.update(resourceClaims, { ...claim, status }, { subresource: 'status' });
    await kubectl('wait', '--for=condition=Ready', 'pod/user', '--timeout=60s');
    const look = (container: string) => kubectl('exec', 'user', '-c', container, '--', 'sh', '-c', LOOK);
    expect(await look('main')).toBe('gpu /dev/test-device /device-file \n');
    expect(await look('without')).toBe(' \n');
    const health = (container: number) => kubectl.path(`{.status.containerStatuses[${container}].allocatedResourcesStatus[*].name}`, 'pod', 'user');
    expect(await health(0)).toBe('claim:gpu/r');
    expect(await health(1)).toBe('');

    // A slice of a driver that might be gone: the next agent deletes it.
    const slice = {
      driver: DRIVER,
      nodeName: cluster.nodeName,
      pool: { name: POOL, generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'd' }],
    };
    await client.create(resourceSlices, { metadata: { name: 'slice' }, spec: slice });
    const agent = await cluster.pid('agent');
    process.kill(agent, 'SIGKILL');
    await eventually(async () => expect(await cluster.pid('agent')).not.toBe(agent));
    await eventually(async () => expect(await kubectl('get', 'resourceslices', '-o', 'name')).toBe(''));
    await eventually(async () => expect(await kubectl('exec', 'user', '-c', 'main', '--', 'touch', '/end')).toBe(''));
    await eventually(async () => expect(await kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', 'user')).toBe('1'));
    await kubectl('wait', '--for=condition=Ready', 'pod/user', '--timeout=60s');
    expect(await look('main')).toBe('gpu /dev/test-device /device-file \n');
    expect(existsSync(specOf(uid))).toBe(true);

    await kubectl('delete', 'pod', 'user', '--timeout=60s');
    expect(driver.calls).toEqual(['prepare gpu', 'unprepare gpu']);
    expect(existsSync(specOf(uid))).toBe(false);
    expect(existsSync(join(layoutOf(cluster.dataDir).agent, 'dra_manager_state'))).toBe(false);
  }, 240_000);
});
