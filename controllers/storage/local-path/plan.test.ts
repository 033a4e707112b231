import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { aClaim, aVolume, boundClaim, refTo } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { SELECTED_NODE, STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PersistentVolumeClaimSpec } from '../../../api/pod/volume/persistent-volume-claim.ts';
import { planClaim } from './claim-plan.ts';
import { FINALIZER, NODE, PROVISIONER } from './names.ts';
import { planVolume } from './volume-plan.ts';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const node: Live<Node> = { metadata: { ...metadata, name: 'n', labels: { 'kubernetes.io/hostname': 'host-n' } } };
const local = (more: Omit<Partial<StorageClass>, 'provisioner'> = {}): Live<StorageClass> => ({
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
  metadata: { ...metadata, name: 'local-path' },
  provisioner: PROVISIONER,
});
const marks = { [STORAGE_PROVISIONER]: PROVISIONER, [SELECTED_NODE]: 'n' };
const asking = (spec: Partial<PersistentVolumeClaimSpec> = {}, annotations: Record<string, string> = marks) =>
  aClaim('c', { storageClassName: 'local-path', ...spec }, { metadata: { annotations } });
const plan = (
  claim = asking(),
  storageClass: Live<StorageClass> | undefined = local(),
  volume = undefined as ReturnType<typeof aVolume> | undefined,
) => planClaim({ claim, storageClass, volume, node: (name) => (name === 'n' ? node : undefined) });

describe('the provisioner', () => {
  it('makes a volume that one node can reach, under a name of the claim’s own', () => {
    const wish = plan();
    if (wish.do !== 'provision') throw new Error(wish.do);
    expect(wish.volume('/data/x')).toMatchObject({
      metadata: { name: 'pvc-uid-c', finalizers: [FINALIZER], annotations: { [NODE]: 'n' } },
      spec: {
        local: { path: '/data/x' },
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', values: ['host-n'] }] }] } },
        claimRef: refTo(asking()),
      },
    });
  });

  it('gives a volume the mount options of its class', () => {
    const wish = plan(asking(), local({ mountOptions: ['noexec'] }));
    expect(wish.do === 'provision' && wish.volume('/data/x').spec?.mountOptions).toEqual(['noexec']);
  });

  it.each<[string, ReturnType<typeof plan>, string]>([
    ['waits for the scheduler', plan(asking({}, { [STORAGE_PROVISIONER]: PROVISIONER })), 'nothing'],
    ['leaves claims of others alone', plan(asking({}, { [STORAGE_PROVISIONER]: 'rancher.io/local-path' })), 'nothing'],
    ['leaves claims alone that have a volume already', plan(asking(), local(), aVolume('pvc-uid-c')), 'nothing'],
    [
      'tells the scheduler that the node is gone',
      plan(asking({}, { ...marks, [SELECTED_NODE]: 'gone' })),
      'refuse elsewhere: failed to get target node: nodes "gone" not found',
    ],
    [
      'refuses classes that bind at once',
      plan(asking(), local({ volumeBindingMode: 'Immediate' })),
      'refuse: a directory belongs to a node: the StorageClass needs volumeBindingMode WaitForFirstConsumer',
    ],
    [
      'refuses parameters',
      plan(asking(), local({ parameters: { nodePath: '/x' } })),
      'refuse: parameter "nodePath" of the StorageClass is not known: skiff.dev/local-path takes none',
    ],
    [
      'refuses volumes for many nodes',
      plan(asking({ accessModes: ['ReadWriteMany'] })),
      'refuse: access mode "ReadWriteMany" is not supported: a directory is on one node; use ReadWriteOnce or ReadWriteOncePod',
    ],
    ['refuses block devices', plan(asking({ volumeMode: 'Block' })), 'refuse: volumeMode "Block" is not supported: a directory is no block device'],
    ['refuses selectors', plan(asking({ selector: {} })), 'refuse: claim.Spec.Selector is not supported'],
  ])('%s', (_sentence, outcome, expected) => {
    const text = outcome.do === 'refuse' ? `refuse${outcome.elsewhere ? ' elsewhere' : ''}: ${outcome.why}` : outcome.do;
    expect(text).toBe(expected);
  });

  it('lets a bound claim grow', () => {
    const grown = boundClaim('c', 'v', { resources: { requests: { storage: '2Gi' } } });
    const volume = aVolume('v', { claimRef: refTo(grown) }, { metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } } });
    expect(plan(grown, local(), volume)).toMatchObject({ do: 'resize', size: '2Gi' });
    expect(plan(boundClaim('c', 'v'), local(), volume)).toEqual({ do: 'nothing' });
  });
});

describe('a directory', () => {
  const volume = (policy: string, phase: string, more: { deleted?: true; held?: false; foreign?: true } = {}) =>
    aVolume(
      'v',
      { persistentVolumeReclaimPolicy: policy },
      {
        metadata: {
          annotations: { 'pv.kubernetes.io/provisioned-by': more.foreign ? 'other' : PROVISIONER, [NODE]: 'n' },
          ...(more.held === false ? {} : { finalizers: [FINALIZER] }),
          ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
        },
        status: { phase },
      },
    );
  it.each<[string, ReturnType<typeof volume>, object]>([
    ['is deleted with its claim', volume('Delete', 'Released'), { do: 'delete', node: 'n' }],
    ['is tried again if that failed', volume('Delete', 'Failed'), { do: 'delete', node: 'n' }],
    ['is deleted though its volume is being deleted', volume('Delete', 'Released', { deleted: true }), { do: 'delete', node: 'n' }],
    ['stays while a claim has it', volume('Delete', 'Bound', { deleted: true }), { do: 'nothing' }],
    ['is retained', volume('Retain', 'Released', { held: false }), { do: 'nothing' }],
    ['is retained if the policy changed', volume('Retain', 'Bound'), { do: 'let go' }],
    ['of another provisioner is not touched', volume('Delete', 'Released', { foreign: true }), { do: 'nothing' }],
    ['is done with', volume('Delete', 'Released', { deleted: true, held: false }), { do: 'nothing' }],
  ])('%s', (_sentence, subject, expected) => {
    expect(planVolume(subject)).toEqual(expected);
  });
});
