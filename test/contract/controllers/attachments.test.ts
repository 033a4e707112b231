import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CsiDriverProcess } from '../../../agent/csi/csi-driver.fixture.ts';
import { startCsiDriver } from '../../../agent/csi/csi-driver.fixture.ts';
import { PluginFault } from '../../../agent/plugin/plugin-server.fixture.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { CSIDriver } from '../../../api/kinds/storage/csi-driver.ts';
import { csiDrivers } from '../../../api/kinds/storage/csi-driver.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import { volumeAttachments } from '../../../api/kinds/storage/volume-attachment.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import type { ControllersCluster, ControllersClusterOptions } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { twoOfEach, whileRestarting } from '../../support/cluster/trouble.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';
import { runSidecars } from '../../support/csi/sidecars.ts';

const DRIVER = 'test.csi.example.com';
const MANAGED = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' };

let directory = '';
let driver: CsiDriverProcess;
let cluster: ControllersCluster;
let endSidecars: () => Promise<void>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-csi-'));
  const at = (name: string) => join(directory, name);
  const sockets = { socket: at('csi.sock'), registrationSocket: at('reg.sock') };
  driver = await startCsiDriver({ name: DRIVER, nodeId: 'unused', storage: at('storage'), mounting: 'link', ...sockets });
});
afterEach(async () => {
  await endSidecars();
  await cluster.stop();
  await driver.stop();
  await removeDirectory(directory);
});

/** Starts a cluster with the driver, its sidecars, a class of it, and two nodes. */
async function start(options: ControllersClusterOptions = {}, spec: Partial<CSIDriver['spec']> = {}): Promise<void> {
  cluster = await startControllersCluster(options);
  const { client } = cluster;
  endSidecars = runSidecars({ driver: DRIVER, socket: join(directory, 'csi.sock'), client, nodeId: (node) => `id-of-${node}` });
  await client.create(csiDrivers, { metadata: { name: DRIVER }, spec });
  await client.create(storageClasses, { metadata: { name: 'fast' }, provisioner: DRIVER });
  for (const name of ['node-0', 'node-1']) {
    await client.create(nodes, { metadata: { name, annotations: MANAGED } });
    const ready = { type: 'Ready', status: 'True' };
    await client.patch(nodes, { namespace: '', name }, { type: 'merge', body: { status: { conditions: [ready] } } }, { subresource: 'status' });
  }
}

const addClaim = (name: string, accessMode = 'ReadWriteOnce') =>
  cluster.client.create(persistentVolumeClaims, {
    metadata: { name, namespace: 'default' },
    spec: { accessModes: [accessMode], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
  });
const addPod = (name: string, claim: string, node = 'node-0') =>
  cluster.client.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: node,
      containers: [{ name: 'main', image: 'image' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  });
const attachments = () => cluster.list(volumeAttachments);
const attachedTo = async (node: string) => (await cluster.find(nodes, node, ''))?.status?.volumesAttached?.map(({ name }) => name) ?? [];
const untilAttached = (node: string, count = 1) =>
  cluster.until(`${node} has ${count} volumes`, async () => (await attachedTo(node)).length === count);
const untilDetached = (count = 0) => cluster.until(`${count} attachments are left`, async () => (await attachments()).length === count);
const setInUse = (node: string, volumesInUse: readonly string[]) =>
  cluster.client.patch(nodes, { namespace: '', name: node }, { type: 'merge', body: { status: { volumesInUse } } }, { subresource: 'status' });
const removePod = (name: string) => cluster.client.delete(pods, keyIn(name), { gracePeriodSeconds: 0 });
const eventOn = (name: string, text: string) =>
  cluster.until(`${name} is told ${text}`, async () => (await cluster.eventsOn('Pod', name)).find((event) => event.includes(text)));

describe('a volume of a driver', () => {
  it('is made for its claim, attached for its pod, detached after it, and deleted with the claim', async () => {
    await start();
    await addClaim('c');
    await addPod('p', 'c');
    await untilAttached('node-0');
    const [attachment] = await attachments();
    expect(attachment).toMatchObject({
      spec: { attacher: DRIVER, nodeName: 'node-0' },
      status: { attachmentMetadata: { attachedTo: 'id-of-node-0' } },
    });
    const claim = await cluster.find(persistentVolumeClaims, 'c');
    const volume = claim?.spec?.volumeName ?? '';
    expect(attachment?.spec.source.persistentVolumeName).toBe(volume);
    await eventOn('p', `SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${volume}" `);
    expect(await attachedTo('node-0')).toEqual([`kubernetes.io/csi/${DRIVER}^${volume}`]);
    await removePod('p');
    await untilDetached();
    await cluster.until('the node has none', async () => (await attachedTo('node-0')).length === 0);
    await cluster.client.delete(persistentVolumeClaims, keyIn('c'));
    await cluster.until('the volume is gone', async () => (await cluster.find(persistentVolumes, volume, '')) === undefined);
  });

  it('is attached to one node at a time, and the pod on the other is told who has it', async () => {
    await start();
    await addClaim('c');
    await addPod('first', 'c');
    await untilAttached('node-0');
    await addPod('second', 'c', 'node-1');
    await eventOn('second', 'FailedAttachVolume: Multi-Attach error for volume');
    expect(await eventOn('second', 'Multi-Attach')).toContain('Volume is already used by pod(s) first');
    await removePod('first');
    await untilAttached('node-1');
    expect(await attachedTo('node-0')).toEqual([]);
  });

  it('for many nodes is attached to all of them', async () => {
    await start();
    await addClaim('c', 'ReadWriteMany');
    await addPod('first', 'c');
    await addPod('second', 'c', 'node-1');
    await Promise.all([untilAttached('node-0'), untilAttached('node-1')]);
  });

  it('stays while its node has it in use', async () => {
    await start();
    await addClaim('c');
    await addPod('p', 'c');
    await untilAttached('node-0');
    await setInUse('node-0', await attachedTo('node-0'));
    await removePod('p');
    await cluster.until('the pod is gone', async () => (await cluster.find(pods, 'p')) === undefined);
    await addClaim('other');
    await addPod('q', 'other');
    await untilAttached('node-0', 2);
    await setInUse('node-0', []);
    await untilDetached(1);
  });

  it('is taken from a node that is out of service, whatever that says', async () => {
    await start();
    await addClaim('c');
    await addPod('p', 'c');
    await untilAttached('node-0');
    await setInUse('node-0', await attachedTo('node-0'));
    await removePod('p');
    const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    await cluster.client.patch(nodes, { namespace: '', name: 'node-0' }, { type: 'merge', body: { spec: { taints } } });
    await untilDetached();
  });

  it('is attached again and again while the attacher fails, and its pod is told', async () => {
    driver.fail('ControllerPublishVolume', new PluginFault('INTERNAL', 'no slot'));
    await start();
    await addClaim('c');
    await addPod('p', 'c');
    expect(await eventOn('p', 'FailedAttachVolume')).toMatch(
      /AttachVolume.Attach failed for volume "pvc-.*" : rpc error: code = Internal desc = no slot/,
    );
    const [attachment] = await attachments();
    if (!attachment) throw new Error('there is no attachment');
    driver.fail('ControllerPublishVolume', undefined);
    await cluster.client.update(volumeAttachments, { ...attachment, status: { attached: true } }, { subresource: 'status' });
    await untilAttached('node-0');
  });

  it('is not attached if its driver does not attach', async () => {
    await start({}, { attachRequired: false });
    await addClaim('c');
    await addPod('p', 'c');
    await cluster.until('the claim is bound', async () => (await cluster.find(persistentVolumeClaims, 'c'))?.status?.phase === 'Bound');
    await addClaim('other');
    await cluster.until('another is, later', async () => (await cluster.find(persistentVolumeClaims, 'other'))?.status?.phase === 'Bound');
    expect(await attachments()).toEqual([]);
  });
});

it('attachments that others make for themselves are left alone', async () => {
  await start();
  await addClaim('c');
  await addPod('p', 'c');
  await untilAttached('node-0');
  const volume = (await cluster.find(persistentVolumeClaims, 'c'))?.spec?.volumeName ?? '';
  const source = { persistentVolumeName: volume };
  await cluster.client.create(volumeAttachments, { metadata: { name: 'own' }, spec: { attacher: 'other', nodeName: 'node-0', source } });
  await removePod('p');
  await untilDetached(1);
  expect((await attachments())[0]?.metadata.name).toBe('own');
});

const COUNT = 6;

/** Pods come and go on both nodes, and so do their claims; nothing is left in the end. */
async function liveThrough(round: string): Promise<void> {
  const names = Array.from({ length: COUNT }, (_, index) => `${round}-${index}`);
  await Promise.all(names.map((name) => addClaim(name)));
  await Promise.all(names.map((name, index) => addPod(name, name, `node-${index % 2}`)));
  await Promise.all([untilAttached('node-0', COUNT / 2), untilAttached('node-1', COUNT / 2)]);
  await Promise.all(names.map((name, index) => addPod(`${name}-moved`, name, `node-${(index + 1) % 2}`)));
  await Promise.all(names.map((name) => removePod(name)));
  await cluster.until('all volumes have moved', async () => {
    const there = await Promise.all(['node-0', 'node-1'].map(attachedTo));
    const now = await attachments();
    return there.every((list) => list.length === COUNT / 2) && now.length === COUNT && now.every(({ metadata }) => !metadata.deletionTimestamp);
  });
  await Promise.all(names.map((name) => removePod(`${name}-moved`)));
  await untilDetached();
  await Promise.all(names.map((name) => cluster.client.delete(persistentVolumeClaims, keyIn(name))));
  await cluster.until('all volumes are gone', async () => (await cluster.list(persistentVolumes)).length === 0);
}

describe('attachments come to the right end', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 40 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (sentence, trouble) => {
    await start({ controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough(`t${sentence.length}`);
  });

  it('with two of each at work', async () => {
    await start({ controllers: twoOfEach() });
    await liveThrough('two');
  });

  it('with controllers that end in the middle, and others that begin', async () => {
    await start();
    await whileRestarting(cluster, liveThrough('restarted'));
  });
});
