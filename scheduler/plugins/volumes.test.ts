import { describe, expect, it } from '@jest/globals';
import { aClaim, aVolume, boundClaim, refTo } from '../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { SELECTED_NODE, volumeClass } from '../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { StorageClass } from '../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../api/meta/object.ts';
import { scene } from '../cycle/scene.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';
import type { Claim, Volume, VolumeView } from '../state/volume-view.ts';

const storageClass = (name: string, { provisioner = 'x.example.com/p', ...more }: Partial<StorageClass> = {}): Live<StorageClass> => ({
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  provisioner,
});
const CLASSES = [
  storageClass('late'),
  storageClass('now', { volumeBindingMode: 'Immediate' }),
  storageClass('manual', { provisioner: 'kubernetes.io/no-provisioner' }),
  storageClass('east', { allowedTopologies: [{ matchLabelExpressions: [{ key: 'region', values: ['east'] }] }] }),
];

function view(claims: readonly Claim[], volumes: readonly Volume[] = [], csi: Partial<VolumeView> = {}): VolumeView {
  return {
    csiDriver: () => undefined,
    csiNode: () => undefined,
    attachmentsOn: () => [],
    capacitiesOf: () => [],
    claim: (namespace, name) => claims.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    candidates: (claim) => volumes.filter((volume) => volume.spec?.claimRef || volumeClass(volume) === claim.spec?.storageClassName),
    storageClass: (name) => CLASSES.find(({ metadata }) => metadata.name === name),
    ...csi,
  };
}

const metadata = (name: string) => ({ name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });
const DRIVER = 'x.example.com/p';
/** Each node takes so many volumes of the driver. */
const taking = (count: number | undefined, driver = DRIVER): Partial<VolumeView> => ({
  csiNode: (name) => ({
    metadata: metadata(name),
    spec: { drivers: [{ name: driver, nodeID: name, ...(count === undefined ? {} : { allocatable: { count } }) }] },
  }),
});
const driverVolume = (name: string, driver = DRIVER) => aVolume(name, { hostPath: undefined, csi: { driver, volumeHandle: `disk-${name}` } });
const attachment = (volume: string, nodeName: string) => ({
  metadata: metadata(`csi-${volume}`),
  spec: { attacher: DRIVER, nodeName, source: { persistentVolumeName: volume } },
});
/** The driver has so much left for volumes of the class `late`, on nodes in the east. */
const leaving = (capacity: string, maximumVolumeSize?: string): Partial<VolumeView> => ({
  csiDriver: (name) => ({ metadata: metadata(name), spec: { storageCapacity: true } }),
  capacitiesOf: (className) => [
    { metadata: metadata('left'), storageClassName: className, capacity, maximumVolumeSize, nodeTopology: { matchLabels: { region: 'east' } } },
  ],
});
const using = (claimName: string, name = 'p') => pod(name, { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] } });
const on = (hostname: string) => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] }] }] } },
});
const nodes = [node('a'), node('b', { labels: { region: 'east' } })];
const none = (why: string) => `0/2 nodes are available: ${why}.`;

describe('a pod with a claim', () => {
  it.each<[string, Claim[], Volume[], string]>([
    ['that is not there', [], [], none('persistentvolumeclaim "c" not found')],
    [
      'that is lost',
      [aClaim('c', { volumeName: 'v' }, { status: { phase: 'Lost' } })],
      [],
      none('persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'),
    ],
    ['that is terminating', [aClaim('c', {}, { metadata: { deletionTimestamp: 'now' } })], [], none('persistentvolumeclaim "c" is being deleted')],
    ['that is not bound', [aClaim('c', { storageClassName: 'now' })], [], none('pod has unbound immediate PersistentVolumeClaims')],
    [
      'that waits for a volume by name',
      [aClaim('c', { storageClassName: 'late', volumeName: 'v' })],
      [],
      none('pod has unbound immediate PersistentVolumeClaims'),
    ],
    ['on one node', [boundClaim('c', 'v')], [aVolume('v', on('b'))], 'b'],
    ['on a node that is gone', [boundClaim('c', 'v')], [aVolume('v', on('z'))], none("2 node(s) didn't match PersistentVolume's node affinity")],
    ['without its volume', [boundClaim('c', 'v')], [], none('2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')],
    ['that can be provisioned for', [aClaim('c', { storageClassName: 'late' })], [], 'a'],
    ['that can be provisioned for in the east', [aClaim('c', { storageClassName: 'east' })], [], 'b'],
    [
      'that is being provisioned for elsewhere',
      [aClaim('c', { storageClassName: 'late' }, { metadata: { annotations: { [SELECTED_NODE]: 'b' } } })],
      [],
      'b',
    ],
    ['that a volume fits', [aClaim('c', { storageClassName: 'manual' })], [aVolume('v', { storageClassName: 'manual', ...on('b') })], 'b'],
    ['that no volume fits', [aClaim('c', { storageClassName: 'manual' })], [], none("2 node(s) didn't find available persistent volumes to bind")],
    ['of another zone', [boundClaim('c', 'v')], [aVolume('v', {}, { metadata: { labels: { 'topology.kubernetes.io/zone': 'z1' } } })], 'a'],
  ])('%s', (_sentence, claims, volumes, expected) => {
    expect(scene(nodes, {}, undefined, view(claims, volumes)).decide(using('c'))).toBe(expected);
  });

  it('goes to the zone of its volume, where nodes have zones', () => {
    const zoned = ['z1', 'z2'].map((zone) => node(zone, { labels: { 'topology.kubernetes.io/zone': zone } }));
    const volume = aVolume('v', {}, { metadata: { labels: { 'topology.kubernetes.io/zone': 'z2__z3' } } });
    expect(scene(zoned, {}, undefined, view([boundClaim('c', 'v')], [volume])).decide(using('c'))).toBe('z2');
    expect(scene(zoned.slice(0, 1), {}, undefined, view([boundClaim('c', 'v')], [volume])).decide(using('c'))).toBe(
      '0/1 nodes are available: 1 node(s) had no available volume zone.',
    );
  });

  it('gets a volume for each of its claims', () => {
    const claims = ['c', 'd'].map((name) => aClaim(name, { storageClassName: 'manual' }));
    const both = pod('p', { spec: { volumes: ['c', 'd'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) } });
    const volumes = [aVolume('v', { storageClassName: 'manual', ...on('a') }), aVolume('w', { storageClassName: 'manual', ...on('b') })];
    expect(scene(nodes, {}, undefined, view(claims, volumes)).decide(both)).toBe(none("2 node(s) didn't find available persistent volumes to bind"));
    const more = [...volumes, aVolume('x', { storageClassName: 'manual', ...on('b') })];
    expect(scene(nodes, {}, undefined, view(claims, more)).decide(both)).toBe('b');
  });

  it('waits while another pod has a claim for one pod alone', () => {
    const claim = boundClaim('c', 'v', { accessModes: ['ReadWriteOncePod'] });
    const claims = view([claim], [aVolume('v', { claimRef: refTo(claim) })]);
    const why = '2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    expect(scene(nodes, { b: [using('c', 'first')] }, undefined, claims).decide(using('c'))).toBe(none(why));
    expect(scene(nodes, {}, undefined, claims).decide(using('c'))).toBe('a');
  });

  it('that is to be made for the pod alone', () => {
    const ephemeral = pod('p', { spec: { volumes: [{ name: 'v', ephemeral: {} }] } });
    expect(scene(nodes, {}, undefined, view([])).decide(ephemeral)).toBe(
      none('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"'),
    );
    expect(scene(nodes, {}, undefined, view([aClaim('p-v')])).decide(ephemeral)).toBe(
      none('PVC default/p-v was not created for pod default/p (pod is not the owner)'),
    );
  });
});

describe('a node takes so many volumes of a driver', () => {
  const bound = (name: string) => boundClaim(name, `v-${name}`);
  const full = '0/1 nodes are available: 1 node(s) exceed max volume count.';
  const volumes = [driverVolume('v-c'), driverVolume('v-d')];
  const claims = [bound('c'), bound('d'), aClaim('new', { storageClassName: 'late' })];
  const one = [using('d', 'other')];
  it.each<[string, Partial<VolumeView>, ReturnType<typeof using>[], string, string]>([
    ['and as many fit', taking(2), one, 'c', 'a'],
    ['and no more', taking(1), one, 'c', full],
    ['and none at all', taking(0), [], 'c', full],
    ['or as many as there are', taking(undefined), one, 'c', 'a'],
    ['while others are not counted', taking(0, 'another'), one, 'c', 'a'],
    ['of which one that it has already is none', taking(1), [using('c', 'other')], 'c', 'a'],
    ['of which one that will be made is one', taking(1), one, 'new', full],
    ['of which one that is still attached is one', { ...taking(1), attachmentsOn: (name) => [attachment('v-d', name)] }, [], 'c', full],
  ])('%s', (_sentence, csi, placed, claim, expected) => {
    expect(scene([node('a')], { a: placed }, undefined, view(claims, volumes, csi)).decide(using(claim))).toBe(expected);
  });
});

describe('a driver that tells what it has left makes a volume', () => {
  const claim = aClaim('c', { storageClassName: 'late', resources: { requests: { storage: '2Gi' } } });
  const tooLittle = none('2 node(s) did not have enough free storage');
  it.each<[string, Partial<VolumeView>, string]>([
    ['where it has enough', leaving('3Gi'), 'b'],
    ['nowhere, if it has too little', leaving('1Gi'), tooLittle],
    ['nowhere, if no volume may be so large', leaving('9Gi', '1Gi'), tooLittle],
    ['nowhere, if it tells nothing', { ...leaving('9Gi'), capacitiesOf: () => [] }, tooLittle],
    ['anywhere, if the scheduler is not to ask', { capacitiesOf: () => [] }, 'a'],
  ])('%s', (_sentence, csi, expected) => {
    expect(scene(nodes, {}, undefined, view([claim], [], csi)).decide(using('c'))).toBe(expected);
  });
});
