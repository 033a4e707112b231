import { describe, expect, it } from '@jest/globals';
import { aClaim, aVolume, boundClaim, refTo } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BOUND_BY_CONTROLLER, SELECTED_NODE } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ClaimPlan, ObservedClaim } from './claim-plan.ts';
import { planClaim } from './claim-plan.ts';

const storageClass = (provisioner: string, volumeBindingMode = 'Immediate'): Live<StorageClass> => ({
  metadata: { name: 'fast', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  provisioner,
  volumeBindingMode,
});
const late = storageClass('x.example.com/p', 'WaitForFirstConsumer');
const observed = (claim: Live<PersistentVolumeClaim>, more: Partial<ObservedClaim> = {}): ObservedClaim => ({
  claim,
  named: undefined,
  candidates: [],
  isTaken: () => false,
  storageClass: undefined,
  defaultClass: () => undefined,
  waitingPods: () => [],
  ...more,
});
const words = (plan: ClaimPlan): string => {
  if (plan.do === 'bind') return `bind ${plan.volume.metadata.name}`;
  if (plan.do === 'assign class') return `class ${plan.className}`;
  return 'event' in plan && plan.event ? `${plan.do}: ${plan.event.reason} ${plan.event.message}` : plan.do;
};

describe('a claim', () => {
  const claim = aClaim('c');
  const fast = aClaim('c', { storageClassName: 'fast' });
  it.each<[string, ObservedClaim, string]>([
    ['gets a volume that fits', observed(claim, { candidates: [aVolume('v')] }), 'bind v'],
    [
      'leaves volumes alone that others are about to get',
      observed(claim, { candidates: [aVolume('v')], isTaken: () => true }),
      'wait: FailedBinding no persistent volumes available for this claim and no storage class is set',
    ],
    ['takes the default class that came later', observed(aClaim('c', { storageClassName: undefined }), { defaultClass: () => 'std' }), 'class std'],
    [
      'that wants no class gets none',
      observed(claim, { defaultClass: () => 'std' }),
      'wait: FailedBinding no persistent volumes available for this claim and no storage class is set',
    ],
    [
      'waits for its first pod',
      observed(fast, { storageClass: late, candidates: [aVolume('v', { storageClassName: 'fast' })] }),
      'wait: WaitForFirstConsumer waiting for first consumer to be created before binding',
    ],
    [
      'waits for its pod to be scheduled',
      observed(fast, { storageClass: late, waitingPods: () => ['p'] }),
      'wait: WaitForPodScheduled waiting for pod p to be scheduled',
    ],
    [
      'waits for one of its pods',
      observed(fast, { storageClass: late, waitingPods: () => ['p', 'q'] }),
      'wait: WaitForPodScheduled waiting for pods p,q to be scheduled',
    ],
    [
      'gets what the scheduler reserved for it',
      observed(fast, { storageClass: late, candidates: [aVolume('v', { storageClassName: 'fast', claimRef: refTo(fast) })] }),
      'bind v',
    ],
    [
      'is provisioned for once its node is known',
      observed(aClaim('c', { storageClassName: 'fast' }, { metadata: { annotations: { [SELECTED_NODE]: 'n' } } }), { storageClass: late }),
      "provision: ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'x.example.com/p' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
    ['of a class that is not there', observed(fast), 'wait: ProvisioningFailed storageclass.storage.k8s.io "fast" not found'],
    [
      'of a class without provisioner',
      observed(fast, { storageClass: storageClass('kubernetes.io/no-provisioner') }),
      'wait: ProvisioningFailed no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
    ['that names a volume gets that', observed(aClaim('c', { volumeName: 'v' }), { named: aVolume('v') }), 'bind v'],
    ['that names a volume waits for it', observed(aClaim('c', { volumeName: 'v' })), 'wait'],
    [
      'that names a volume that is too small',
      observed(aClaim('c', { volumeName: 'v' }), { named: aVolume('v', { capacity: { storage: '1Mi' } }) }),
      'wait: VolumeMismatch Cannot bind to requested volume "v": requested PV is too small',
    ],
    [
      'that names a volume of another',
      observed(aClaim('c', { volumeName: 'v' }), { named: aVolume('v', { claimRef: refTo(aClaim('d')) }) }),
      'wait: FailedBinding volume "v" already bound to a different claim.',
    ],
    [
      'that names a volume that is reserved for it',
      observed(aClaim('c', { volumeName: 'v' }), { named: aVolume('v', { claimRef: refTo(claim, '') }) }),
      'bind v',
    ],
    ['that is bound stays so', observed(boundClaim('c', 'v'), { named: aVolume('v', { claimRef: refTo(claim) }) }), 'bind v'],
    ['whose volume forgot it is bound again', observed(boundClaim('c', 'v'), { named: aVolume('v') }), 'bind v'],
    [
      'whose volume is gone is lost',
      observed(boundClaim('c', 'v')),
      'lose: ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ],
    [
      'that forgot its volume is lost',
      observed(boundClaim('c', '')),
      'lose: ClaimLost Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    ],
    [
      'whose volume is another’s is lost',
      observed(boundClaim('c', 'v'), { named: aVolume('v', { claimRef: refTo(claim, 'u2') }) }),
      'lose: ClaimMisbound Two claims are bound to the same volume, this one is bound incorrectly',
    ],
  ])('%s', (_sentence, observation, expected) => {
    expect(words(planClaim(observation))).toBe(expected);
  });

  it('that a program bound to the volume of another is an error', () => {
    const odd = aClaim('c', { volumeName: 'v' }, { metadata: { annotations: { [BOUND_BY_CONTROLLER]: 'yes' } } });
    expect(planClaim(observed(odd, { named: aVolume('v', { claimRef: refTo(aClaim('d')) }) }))).toMatchObject({
      keepsStatus: true,
      fault: 'invalid binding of claim "default/c" to volume "v": volume already claimed by "default/d"',
    });
  });
});
