import { ObjectMeta } from '../../../meta/object-meta.ts';
import { PersistentVolumeClaimSpec } from '../../../pod/volume/persistent-volume-claim.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, listMap, map, ref, resourceList, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const PersistentVolumeClaimCondition = struct('PersistentVolumeClaimCondition', "One observation of a claim's state.", {
  lastProbeTime: time('When the condition was last looked at.', { presence: 'null' }).tag(3).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  reason: string('One CamelCase word for why it is so.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Name of the condition, such as Resizing.', { goType: 'PersistentVolumeClaimConditionType' }).tag(1),
});
export type PersistentVolumeClaimCondition = Infer<typeof PersistentVolumeClaimCondition>;

export const ModifyVolumeStatus = struct('ModifyVolumeStatus', "A change of a volume's attributes that is under way.", {
  status: string('Pending, InProgress or Infeasible.', {
    goType: 'PersistentVolumeClaimModifyVolumeStatus',
    enum: ['InProgress', 'Infeasible', 'Pending'],
  }).tag(2),
  targetVolumeAttributesClassName: string('VolumeAttributesClass that is being applied.').tag(1).optional(),
});
export type ModifyVolumeStatus = Infer<typeof ModifyVolumeStatus>;

export const PersistentVolumeClaimStatus = struct('PersistentVolumeClaimStatus', 'The storage that a claim has.', {
  accessModes: atomicList(
    string(undefined, { goType: 'PersistentVolumeAccessMode', enum: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] }),
    'How the bound volume can be mounted.',
  )
    .tag(2)
    .optional(),
  allocatedResourceStatuses: map(
    string(undefined, {
      goType: 'ClaimResourceStatus',
      enum: ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending'],
    }),
    'State of a resize, by resource.',
    { 'x-kubernetes-map-type': 'granular' },
  )
    .tag(7)
    .optional(),
  allocatedResources: resourceList('What has been set aside for the claim, by resource.').tag(5).optional(),
  capacity: resourceList('What the bound volume holds.').tag(3).optional(),
  conditions: listMap(PersistentVolumeClaimCondition, ['type'], 'Latest observations, one of each type.').tag(4).optional(),
  currentVolumeAttributesClassName: string('VolumeAttributesClass that is in force.', { presence: 'pointer' }).tag(8).optional(),
  modifyVolumeStatus: ref(ModifyVolumeStatus, "The change of the volume's attributes that is under way.").tag(9).optional(),
  phase: string('Pending, Bound or Lost.', { goType: 'PersistentVolumeClaimPhase', enum: ['Bound', 'Lost', 'Pending'] })
    .tag(1)
    .optional(),
});
export type PersistentVolumeClaimStatus = Infer<typeof PersistentVolumeClaimStatus>;

export const PersistentVolumeClaim = topLevel('PersistentVolumeClaim', 'A request for storage, and a claim to the volume that is bound to it.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PersistentVolumeClaimSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PersistentVolumeClaimStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type PersistentVolumeClaim = Infer<typeof PersistentVolumeClaim>;
