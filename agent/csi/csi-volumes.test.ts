import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import { aVolume, boundClaim, refTo } from '../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import { csiDrivers } from '../../api/kinds/storage/csi-driver.ts';
import { attachmentName, csiVolumeName } from '../../api/kinds/storage/csi-names.ts';
import { csiNodes } from '../../api/kinds/storage/csi-node.ts';
import { volumeAttachments } from '../../api/kinds/storage/volume-attachment.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { createPluginRegistration } from '../plugin/plugin-registration.ts';
import { PluginFault } from '../plugin/plugin-server.fixture.ts';
import { directSource } from '../volume/object-cache.ts';
import type { StorageMetrics } from '../volume/storage-metrics.ts';
import { createStorageMetrics } from '../volume/storage-metrics.ts';
import { createTokenSource } from '../volume/token-source.ts';
import type { CsiDriverProcess } from './csi-driver.fixture.ts';
import { startCsiDriver } from './csi-driver.fixture.ts';
import type { CsiMetrics } from './csi-metrics.ts';
import { createCsiMetrics } from './csi-metrics.ts';
import { createCsiNodeWriter } from './csi-node-writer.ts';
import { createCsiPlugins } from './csi-plugins.ts';
import type { CsiVolumesOptions, FollowedCsiVolumes } from './csi-volumes.ts';
import { createCsiVolumes } from './csi-volumes.ts';
import type { Drivers } from './drivers.ts';
import { createDrivers } from './drivers.ts';
import { NODE_CAPABILITY } from './messages.ts';
import { volumePaths } from './volume-paths.ts';

const DRIVER = 'test.csi.example.com';
const ID = { driver: DRIVER, handle: 'disk-1' };
const going = new AbortController().signal;

let root = '';
let client: MemoryClient;
let driver: CsiDriverProcess;
let drivers: Drivers;
let metrics: CsiMetrics;
let registry: Registry;
let storage: StorageMetrics;
let events: string[];
let reported: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'csi-'));
  client = createMemoryClient(systemClock);
  events = [];
  reported = [];
  await client.create(nodes, { metadata: { name: 'n' } });
  metrics = createCsiMetrics(systemClock);
  registry = new Registry();
  storage = createStorageMetrics(registry, systemClock, () => new Map());
  drivers = createDrivers(root, systemClock, metrics);
  driver = await start();
});
afterEach(async () => {
  drivers.closeAll();
  await driver.stop();
  await removeDirectory(root);
});

const start = (capabilities?: readonly number[]) =>
  startCsiDriver({
    name: DRIVER,
    nodeId: 'node-id',
    storage: join(root, 'storage'),
    socket: join(root, 'plugins', 'csi.sock'),
    registrationSocket: join(root, 'plugins_registry', 'reg.sock'),
    mounting: 'link',
    maxVolumes: 7,
    topology: { 'topology.example.com/zone': 'z1' },
    ...(capabilities ? { capabilities } : {}),
  });

const options = (): CsiVolumesOptions => {
  const directories = podDirectories(root);
  return {
    nodeName: 'n',
    paths: volumePaths(directories),
    pods: directories.pods,
    drivers,
    metrics,
    storage,
    objects: directSource(client),
    tokens: createTokenSource(client, systemClock),
    client,
    clock: systemClock,
    log: silentLogger,
    recorder: { event: (object, _type, reason, message) => void events.push(`${object.kind} ${reason}: ${message}`) },
    reportedInUse: () => reported,
    reportNode: () => {
      reported = [...(volumes?.inUse() ?? [])];
    },
  };
};
let volumes: FollowedCsiVolumes | undefined;
/** An agent that begins, with what an earlier one has left on disk. */
const begin = async (): Promise<FollowedCsiVolumes> => {
  volumes = await createCsiVolumes(options());
  return volumes;
};
const registration = () => {
  const nodeWriter = createCsiNodeWriter({ client, clock: systemClock, nodeName: 'n' });
  const plugins = createCsiPlugins({ drivers, nodeWriter, log: silentLogger, onRegistered: () => {} });
  return createPluginRegistration({ typeOf: async () => plugins, clock: systemClock });
};
const register = () => registration().added(join(root, 'plugins_registry', 'reg.sock'));
const declare = (spec: Partial<CSIDriver['spec']>) => client.create(csiDrivers, { metadata: { name: DRIVER }, spec: { ...spec } });

const claim = boundClaim('c', 'v');
const csi = { driver: DRIVER, volumeHandle: 'disk-1', fsType: 'ext4', volumeAttributes: { colour: 'red' } };
const volume = (more = {}) => aVolume('v', { hostPath: undefined, csi, claimRef: refTo(claim), ...more });
const bound = (uid = 'u1', found = volume(), pod = aPod({ serviceAccountName: 'sa' }, { uid })): CsiWish => ({
  pod,
  name: 'data',
  source: { type: 'bound', volume: found, claim, readOnly: false },
});
const inline = (more = {}): CsiWish => ({
  pod: aPod({ serviceAccountName: 'sa' }),
  name: 'scratch',
  source: { type: 'inline', csi: { driver: DRIVER, volumeAttributes: { size: '1' }, ...more } },
});
const attached = (metadata = { devicePath: '/dev/sdx' }) =>
  client.create(volumeAttachments, {
    metadata: { name: attachmentName(ID, 'n') },
    spec: { attacher: DRIVER, nodeName: 'n', source: { persistentVolumeName: 'v' } },
    status: { attached: true, attachmentMetadata: metadata },
  });
const methods = () => driver.calls.map(({ method }) => method).filter((method) => !/Get(Info|Capabilities|VolumeStats)|Notify/.test(method));
const lastOf = (method: string) => driver.calls.findLast((call) => call.method === method)?.request;

describe('a driver that registers', () => {
  it('is told so, and shown in the CSINode, the annotation and the labels of its node', async () => {
    await register();
    expect(driver.registrations).toEqual([{ plugin_registered: true, error: '' }]);
    const csiNode = await client.get(csiNodes, { namespace: '', name: 'n' });
    expect(csiNode.metadata.ownerReferences).toMatchObject([{ kind: 'Node', name: 'n' }]);
    const allocatable = { count: 7 };
    expect(csiNode.spec.drivers).toEqual([{ name: DRIVER, nodeID: 'node-id', topologyKeys: ['topology.example.com/zone'], allocatable }]);
    const { metadata } = await client.get(nodes, { namespace: '', name: 'n' });
    expect(metadata.annotations).toEqual({ 'csi.volume.kubernetes.io/nodeid': `{"${DRIVER}":"node-id"}` });
    expect(metadata.labels).toEqual({ 'topology.example.com/zone': 'z1' });
  });

  it('is refused if its topology contradicts a label of the node, and told why', async () => {
    await client.patch(nodes, { namespace: '', name: 'n' }, { type: 'merge', body: { metadata: { labels: { 'topology.example.com/zone': 'z2' } } } });
    await expect(register()).rejects.toThrow('detected topology value collision');
    expect(driver.registrations.at(-1)?.error).toContain(
      'driver reported "topology.example.com/zone":"z1" but existing label is "topology.example.com/zone":"z2"',
    );
    expect(drivers.find(DRIVER)).toBeUndefined();
  });

  it('is taken from the CSINode and the annotation when its socket goes', async () => {
    const handler = registration();
    await handler.added(join(root, 'plugins_registry', 'reg.sock'));
    await handler.removed(join(root, 'plugins_registry', 'reg.sock'));
    expect((await client.get(csiNodes, { namespace: '', name: 'n' })).spec.drivers).toEqual([]);
    expect((await client.get(nodes, { namespace: '', name: 'n' })).metadata.annotations ?? {}).toEqual({});
    expect(drivers.find(DRIVER)).toBeUndefined();
  });

  it('takes the place of a CSINode that belongs to an earlier node of the name', async () => {
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'another' };
    await client.create(csiNodes, { metadata: { name: 'n', ownerReferences: [owner] }, spec: { drivers: [{ name: 'old', nodeID: 'x' }] } });
    await register();
    expect((await client.get(csiNodes, { namespace: '', name: 'n' })).spec.drivers).toMatchObject([{ name: DRIVER }]);
  });
});

describe('a volume of a claim', () => {
  it('is staged and published once it is attached, and taken back from pod and node', async () => {
    await register();
    const all = await begin();
    await attached();
    const path = await all.setUp(bound(), going);
    await writeFile(join(path, 'file'), 'data');
    expect(all.inUse()).toEqual([csiVolumeName(ID)]);
    expect(lastOf('NodeStageVolume')).toMatchObject({
      volume_id: 'disk-1',
      publish_context: { devicePath: '/dev/sdx' },
      volume_context: { colour: 'red' },
      volume_capability: { access_mode: { mode: 1 }, mount: { fs_type: 'ext4' } },
    });
    expect(lastOf('NodePublishVolume')).toMatchObject({ publish_context: { devicePath: '/dev/sdx' }, target_path: path, readonly: false });
    await all.tearDown('u1');
    expect(methods()).toEqual(['NodeStageVolume', 'NodePublishVolume', 'NodeUnpublishVolume', 'NodeUnstageVolume']);
    expect(all.inUse()).toEqual([]);
    expect(await readFile(join(root, 'storage', 'disk-1', 'file'), 'utf8')).toBe('data');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('stays on the node while another pod has it', async () => {
    await register();
    const all = await begin();
    await attached();
    await all.setUp(bound('u1'), going);
    await all.setUp(bound('u2'), going);
    await all.tearDown('u1');
    expect(methods()).toEqual(['NodeStageVolume', 'NodePublishVolume', 'NodePublishVolume', 'NodeUnpublishVolume']);
    await all.tearDown('u2');
    expect(methods().at(-1)).toBe('NodeUnstageVolume');
  });

  it('waits for its attachment, and stops to when the pod ends', async () => {
    await register();
    const all = await begin();
    const ending = new AbortController();
    const waiting = all.setUp(bound(), ending.signal);
    ending.abort();
    await expect(waiting).rejects.toThrow(
      'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data], failed to process volumes=[]: context canceled',
    );
    expect(methods()).toEqual([]);
  });

  it('is not attached if its driver says so', async () => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    await all.setUp(bound(), going);
    expect(all.inUse()).toEqual([]);
    expect(client.calls.some((call) => call.includes('volumeattachments'))).toBe(false);
  });

  it('is not waited for any more, and not in use, once its driver asks for no attachment', async () => {
    await register();
    const all = await begin();
    const waiting = all.setUp(bound('u1'), going);
    await declare({ attachRequired: false });
    await waiting;
    expect(all.inUse()).toEqual([]);
  });

  it('that is mounted is not in use any more once its driver asks for no attachment', async () => {
    await register();
    await attached();
    const all = await begin();
    await all.setUp(bound(), going);
    all.follow('u1', 'data', async () => bound());
    await all.refresh();
    expect(all.inUse()).toEqual([csiVolumeName(ID)]);
    await declare({ attachRequired: false });
    await all.refresh();
    expect(all.inUse()).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('says that its driver is missing, in the words of kubelet', async () => {
    await declare({ attachRequired: false });
    const all = await begin();
    await expect(all.setUp(bound(), going)).rejects.toThrow(
      `MountVolume.MountDevice failed for volume "v" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${DRIVER} not found in the list of registered CSI drivers`,
    );
  });

  it.each<[string, 'Internal' | 'Unavailable', readonly string[]]>([
    ['leaves nothing behind if its driver refuses for sure', 'Internal', ['NodeStageVolume']],
    ['is taken from the node if its driver may have staged it', 'Unavailable', ['NodeStageVolume', 'NodeUnstageVolume']],
  ])('%s', async (_sentence, code, expected) => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    driver.fail('NodeStageVolume', new PluginFault(code === 'Internal' ? 'INTERNAL' : 'UNAVAILABLE', 'no disk'));
    await expect(all.setUp(bound(), going)).rejects.toThrow(
      `MountVolume.MountDevice failed for volume "v" : rpc error: code = ${code} desc = no disk`,
    );
    await all.tearDown('u1');
    expect(methods()).toEqual(expected);
  });

  it('is known to the next agent, which takes it back', async () => {
    await register();
    await attached();
    await (await begin()).setUp(bound(), going);
    const next = await begin();
    expect(next.inUse()).toEqual([csiVolumeName(ID)]);
    await next.sweep();
    expect(methods().slice(2)).toEqual([]);
    await next.tearDown('u1');
    expect(methods().slice(2)).toEqual(['NodeUnpublishVolume', 'NodeUnstageVolume']);
    expect((await begin()).inUse()).toEqual([]);
  });

  it('keeps its pod from being cleaned up while its driver is gone, and is taken back when that returns', async () => {
    await register();
    await attached();
    const all = await begin();
    await all.setUp(bound(), going);
    drivers.remove(DRIVER);
    await expect(all.tearDown('u1')).rejects.toThrow(
      `UnmountVolume.TearDown failed for volume "v" : kubernetes.io/csi: Unmounter.TearDownAt failed to get CSI client: driver name ${DRIVER} not found`,
    );
    await register();
    await all.tearDown('u1');
    expect(all.inUse()).toEqual([]);
  });

  it('that could not be unstaged is unstaged later, without its pod', async () => {
    await register();
    await attached();
    const all = await begin();
    await all.setUp(bound(), going);
    driver.fail('NodeUnstageVolume', new PluginFault('INTERNAL', 'busy'));
    await all.tearDown('u1');
    expect(all.inUse()).toEqual([csiVolumeName(ID)]);
    driver.fail('NodeUnstageVolume', undefined);
    await all.sweep();
    expect(all.inUse()).toEqual([]);
  });

  it('that could not be unstaged is staged again for the next pod', async () => {
    await register();
    await attached();
    const all = await begin();
    await all.setUp(bound('u1'), going);
    driver.fail('NodeUnstageVolume', new PluginFault('INTERNAL', 'busy'));
    await all.tearDown('u1');
    await all.setUp(bound('u2'), going);
    expect(methods().slice(3)).toEqual(['NodeUnstageVolume', 'NodeStageVolume', 'NodePublishVolume']);
  });

  it.each<[string, string[], number[], number]>([
    ['ReadWriteOnce is for one node', ['ReadWriteOnce'], [1], 1],
    ['ReadWriteOncePod is for one node too', ['ReadWriteOncePod'], [1], 1],
    ['ReadWriteMany is for many', ['ReadWriteMany'], [1], 5],
    ['ReadOnlyMany is for many readers', ['ReadOnlyMany'], [1], 3],
    ['ReadWriteOncePod is for one writer, where the driver tells', ['ReadWriteOncePod'], [1, NODE_CAPABILITY.SINGLE_NODE_MULTI_WRITER], 6],
    ['ReadWriteOnce is for several on one node, where the driver tells', ['ReadWriteOnce'], [1, NODE_CAPABILITY.SINGLE_NODE_MULTI_WRITER], 7],
  ])('%s', async (_sentence, accessModes, capabilities, mode) => {
    await driver.stop();
    driver = await start(capabilities);
    await declare({ attachRequired: false });
    await register();
    await (await begin()).setUp(bound('u1', volume({ accessModes })), going);
    expect(lastOf('NodePublishVolume')).toMatchObject({ volume_capability: { access_mode: { mode } } });
  });

  it('hands secrets, mount options and the group over to a driver that applies it', async () => {
    await driver.stop();
    driver = await start([NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME, NODE_CAPABILITY.VOLUME_MOUNT_GROUP]);
    await declare({ attachRequired: false });
    await client.create(secrets, { metadata: { name: 's', namespace: 'ns' }, data: { key: Buffer.from('value').toString('base64') } });
    await register();
    const secretRef = { name: 's', namespace: 'ns' };
    const found = volume({ mountOptions: ['noatime'], csi: { ...csi, nodeStageSecretRef: secretRef, nodePublishSecretRef: secretRef } });
    await (await begin()).setUp(bound('u1', found, aPod({ securityContext: { fsGroup: 42 } })), going);
    const mount = { mount_flags: ['noatime'], volume_mount_group: '42' };
    for (const method of ['NodeStageVolume', 'NodePublishVolume']) {
      expect(lastOf(method)).toMatchObject({ secrets: { key: 'value' }, volume_capability: { mount } });
    }
  });

  it('of block devices is staged and published as a device', async () => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    const path = await all.setUp(bound('u1', volume({ volumeMode: 'Block', mountOptions: ['noatime'] })), going);
    const devices = join(root, 'plugins', 'kubernetes.io', 'csi', 'volumeDevices');
    expect(path).toBe(join(devices, 'publish', 'v', 'u1'));
    expect(lastOf('NodeStageVolume')).toMatchObject({ staging_target_path: join(devices, 'staging', 'v'), volume_capability: { block: {} } });
    expect(lastOf('NodePublishVolume')).toMatchObject({ target_path: path, volume_capability: { block: {}, mount: undefined } });
    await (await begin()).tearDown('u1');
    expect(methods().slice(2)).toEqual(['NodeUnpublishVolume', 'NodeUnstageVolume']);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('of block devices fails by the names of its steps', async () => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    const block = bound('u1', volume({ volumeMode: 'Block' }));
    driver.fail('NodePublishVolume', new PluginFault('INTERNAL', 'no disk'));
    await expect(all.setUp(block, going)).rejects.toThrow('MapVolume.MapPodDevice failed for volume "v" : rpc error: code = Internal desc = no disk');
    await expect(all.setUp(block, going)).rejects.toMatchObject({ reason: 'FailedMapVolume' });
  });

  it('is measured by what is done with it, and by the calls of its driver', async () => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    driver.fail('NodeStageVolume', new PluginFault('INTERNAL', 'no disk'));
    await expect(all.setUp(bound(), going)).rejects.toThrow('no disk');
    driver.fail('NodeStageVolume', undefined);
    await all.setUp(bound(), going);
    await all.tearDown('u1');
    const plugin = `volume_plugin="kubernetes.io/csi:${DRIVER}"`;
    expect(await samplesOf(registry, 'storage_operation_duration_seconds_count')).toEqual([
      `storage_operation_duration_seconds_count{${plugin},operation_name="volume_mount",status="fail-unknown",migrated="false"} 1`,
      `storage_operation_duration_seconds_count{${plugin},operation_name="volume_mount",status="success",migrated="false"} 1`,
      `storage_operation_duration_seconds_count{${plugin},operation_name="volume_unmount",status="success",migrated="false"} 1`,
      `storage_operation_duration_seconds_count{${plugin},operation_name="unmount_device",status="success",migrated="false"} 1`,
    ]);
    const calls = (await samplesOf(metrics.registry, 'csi_operations_seconds_count')).filter((line) => line.includes('NodeStageVolume'));
    const labels = `driver_name="${DRIVER}",method_name="/csi.v1.Node/NodeStageVolume"`;
    expect(calls).toEqual([
      `csi_operations_seconds_count{${labels},grpc_status_code="Internal",migrated="false"} 1`,
      `csi_operations_seconds_count{${labels},grpc_status_code="OK",migrated="false"} 1`,
    ]);
  });

  it('names the secret that is missing', async () => {
    await declare({ attachRequired: false });
    await register();
    const found = volume({ csi: { ...csi, nodePublishSecretRef: { name: 's', namespace: 'ns' } } });
    await expect((await begin()).setUp(bound('u1', found), going)).rejects.toThrow(
      'MountVolume.SetUp failed for volume "v" : fetching NodePublishSecretRef ns/s failed: kubernetes.io/csi: failed to find the secret s in the namespace ns with error: secrets "s" not found',
    );
  });

  it('grows on the node when its claim waits for that, and says so', async () => {
    await declare({ attachRequired: false });
    await register();
    const all = await begin();
    await all.setUp(bound(), going);
    const grown = volume({ capacity: { storage: '2Gi' } });
    const status = { ...claim.status, allocatedResources: { storage: '2Gi' }, allocatedResourceStatuses: { storage: 'NodeResizePending' } };
    await client.create(persistentVolumes, grown);
    const waiting = await client.create(persistentVolumeClaims, { ...claim, status });
    all.follow('u1', 'data', async () => ({ ...bound('u1', grown), source: { type: 'bound', volume: grown, claim: waiting, readOnly: false } }));
    await all.refresh();
    expect(lastOf('NodeExpandVolume')).toMatchObject({ volume_id: 'disk-1', capacity_range: { required_bytes: 2 ** 31 } });
    const { status: after } = await client.get(persistentVolumeClaims, { namespace: 'default', name: 'c' });
    expect(after).toMatchObject({ capacity: { storage: '2Gi' }, conditions: [] });
    expect(after?.allocatedResourceStatuses).toBeUndefined();
    const text = 'FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "v" n';
    expect(events).toEqual([`Pod ${text}`, `PersistentVolumeClaim ${text}`]);
  });
});

describe('an inline volume', () => {
  it('is refused without a CSIDriver that allows it', async () => {
    await register();
    const all = await begin();
    await expect(all.setUp(inline(), going)).rejects.toThrow(
      `MountVolume.SetUp failed for volume "scratch" : kubernetes.io/csi: mounter.SetupAt failed to check volume lifecycle mode: volume mode "Ephemeral" not supported by driver ${DRIVER} (no CSIDriver object)`,
    );
    await declare({ volumeLifecycleModes: ['Persistent'] });
    await expect(all.setUp(inline(), going)).rejects.toThrow('(only supports ["Persistent"])');
  });

  it('is published with facts about its pod and tokens, and goes with the pod', async () => {
    await declare({ volumeLifecycleModes: ['Ephemeral'], podInfoOnMount: true, tokenRequests: [{ audience: 'vault' }] });
    await client.create(serviceAccounts, { metadata: { name: 'sa', namespace: 'default' } });
    client.onSubresource('serviceaccounts', 'token', async () => ({ status: { token: 'jwt', expirationTimestamp: '2036-01-01T00:00:00Z' } }));
    await register();
    const all = await begin();
    const path = await all.setUp(inline(), going);
    expect(path).toBe(join(root, 'pods', 'u1', 'volumes', 'kubernetes.io~csi', 'scratch', 'mount'));
    expect(lastOf('NodePublishVolume')).toMatchObject({
      staging_target_path: '',
      volume_context: {
        size: '1',
        'csi.storage.k8s.io/pod.name': 'p',
        'csi.storage.k8s.io/pod.namespace': 'default',
        'csi.storage.k8s.io/pod.uid': 'u1',
        'csi.storage.k8s.io/serviceAccount.name': 'sa',
        'csi.storage.k8s.io/ephemeral': 'true',
        'csi.storage.k8s.io/serviceAccount.tokens': '{"vault":{"token":"jwt","expirationTimestamp":"2036-01-01T00:00:00Z"}}',
      },
    });
    await all.tearDown('u1');
    expect(methods()).toEqual(['NodePublishVolume', 'NodeUnpublishVolume']);
  });

  it('tells how full it is, as its driver does', async () => {
    await declare({ volumeLifecycleModes: ['Ephemeral'] });
    await register();
    const all = await begin();
    await all.setUp(inline(), going);
    all.follow('u1', 'scratch', async () => inline());
    await all.refresh();
    expect(await samplesOf(metrics.registry, 'kubelet_volume_metric_collection_duration_seconds_count')).toEqual([
      `kubelet_volume_metric_collection_duration_seconds_count{metric_source="${DRIVER}"} 1`,
    ]);
    const bytes = { total: 1024, used: 24, available: 1000 };
    expect(all.stats()).toMatchObject([{ podUid: 'u1', name: 'scratch', claim: undefined, bytes, inodes: undefined, abnormal: undefined }]);
    await all.tearDown('u1');
    expect(all.stats()).toEqual([]);
  });

  it('is published again and again if its driver asks for that, and stays where that fails', async () => {
    await declare({ volumeLifecycleModes: ['Ephemeral'], requiresRepublish: true });
    await register();
    const all = await begin();
    const path = await all.setUp(inline(), going);
    all.follow('u1', 'scratch', async () => inline());
    await all.refresh();
    expect(methods()).toEqual(['NodePublishVolume', 'NodePublishVolume']);
    driver.fail('NodePublishVolume', new PluginFault('INTERNAL', 'no token'));
    await all.refresh();
    expect(events).toEqual(['Pod FailedMount: MountVolume.SetUp failed for volume "scratch" : rpc error: code = Internal desc = no token']);
    expect((await stat(path)).isDirectory()).toBe(true);
    await all.tearDown('u1');
    await all.refresh();
    expect(methods().at(-1)).toBe('NodeUnpublishVolume');
  });
});

it('a node gets a CSINode before it has any driver', async () => {
  await createCsiNodeWriter({ client, clock: systemClock, nodeName: 'n' }).initialize();
  expect((await client.get(csiNodes, { namespace: '', name: 'n' })).spec.drivers).toEqual([]);
});
