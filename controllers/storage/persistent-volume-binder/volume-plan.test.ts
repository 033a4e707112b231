import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { aClaim, aVolume, boundClaim, refTo } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BOUND_BY_CONTROLLER, PROVISIONED_BY } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Live } from '../../../api/meta/object.ts';
import { planReclaim, planVolume } from './volume-plan.ts';

const claim = aClaim('c');
const marked = (marks: Record<string, string>) => ({ metadata: { annotations: marks } });

describe('a volume', () => {
  it.each<[string, Live<PersistentVolume>, Live<PersistentVolumeClaim> | undefined, object]>([
    ['that nobody claims is available', aVolume('v'), undefined, { do: 'set phase', phase: 'Available' }],
    ['that is reserved by name is available', aVolume('v', { claimRef: refTo(claim, '') }), claim, { do: 'set phase', phase: 'Available' }],
    ['whose claim is gone is reclaimed', aVolume('v', { claimRef: refTo(claim) }), undefined, { do: 'reclaim' }],
    ['whose claim does not know it yet wakes the claim', aVolume('v', { claimRef: refTo(claim) }), claim, { do: 'wake claim' }],
    ['of another mode than its claim', aVolume('v', { claimRef: refTo(claim), volumeMode: 'Block' }), claim, { do: 'tell mismatch' }],
    ['that its claim has is bound', aVolume('v', { claimRef: refTo(claim) }), boundClaim('c', 'v'), { do: 'set phase', phase: 'Bound' }],
    [
      'that was made for a claim that has another is reclaimed',
      aVolume('v', { claimRef: refTo(claim), persistentVolumeReclaimPolicy: 'Delete' }, marked({ [PROVISIONED_BY]: 'p' })),
      boundClaim('c', 'w'),
      { do: 'reclaim' },
    ],
  ])('%s', (_sentence, volume, found, expected) => {
    expect(planVolume(volume, found)).toMatchObject(expected);
  });

  it('that the binder gave to a claim that has another is free again', () => {
    const plan = planVolume(aVolume('v', { claimRef: refTo(claim) }, marked({ [BOUND_BY_CONTROLLER]: 'yes' })), boundClaim('c', 'w'));
    if (plan.do !== 'unbind') throw new Error(plan.do);
    expect([plan.volume.spec?.claimRef, plan.volume.metadata.annotations]).toEqual([undefined, undefined]);
  });

  it('that a person reserved for a claim that has another stays reserved', () => {
    const plan = planVolume(aVolume('v', { claimRef: refTo(claim) }), boundClaim('c', 'w'));
    if (plan.do !== 'unbind') throw new Error(plan.do);
    expect(plan.volume.spec?.claimRef).toEqual({ ...refTo(claim), uid: undefined });
  });
});

describe('a released volume', () => {
  const released = (spec: Partial<PersistentVolume['spec'] & object>, marks: Record<string, string> = {}) =>
    planReclaim(aVolume('v', { persistentVolumeReclaimPolicy: 'Delete', ...spec }, marked(marks)));
  const failure = (message: string) => ({ do: 'fail', reason: 'VolumeFailedDelete', message });
  it.each<[string, ReturnType<typeof planReclaim>, object]>([
    ['is retained', released({ persistentVolumeReclaimPolicy: 'Retain' }), { do: 'nothing' }],
    ['is recycled', released({ persistentVolumeReclaimPolicy: 'Recycle' }), { do: 'recycle' }],
    [
      'that cannot be recycled',
      released({ persistentVolumeReclaimPolicy: 'Recycle', hostPath: undefined, local: { path: '/d' } }),
      { do: 'fail', reason: 'VolumeFailedRecycle', message: 'No recycler plugin found for the volume!' },
    ],
    ['of an outside provisioner is deleted by that', released({}, { [PROVISIONED_BY]: 'x.example.com/p' }), { do: 'nothing' }],
    ['of CSI is deleted by its driver', released({ hostPath: undefined, csi: { driver: 'd', volumeHandle: 'h' } }), { do: 'nothing' }],
    ['below /tmp is deleted', released({}), { do: 'delete directory', path: '/tmp/v' }],
    [
      'elsewhere is not',
      released({ hostPath: { path: '/var/data' } }),
      failure('host_path deleter only supports /tmp/.+ but received provided /var/data'),
    ],
    [
      'of NFS cannot be deleted',
      released({ hostPath: undefined, nfs: { server: 's', path: '/p' } }),
      failure('error getting deleter volume plugin for volume "v": no deletable volume plugin matched'),
    ],
    [
      'of another kind is not known',
      released({ hostPath: undefined, iscsi: { targetPortal: 't', iqn: 'i', lun: 0 } }),
      failure('error getting deleter volume plugin for volume "v": no volume plugin matched'),
    ],
    ['with a policy that nobody knows', released({ persistentVolumeReclaimPolicy: 'Burn' }), { do: 'fail', reason: 'VolumeUnknownReclaimPolicy' }],
  ])('%s', (_sentence, plan, expected) => {
    expect(plan).toMatchObject(expected);
  });
});
