import { ObjectMeta } from '../../../meta/object-meta.ts';
import { ACCESS_MODES, PersistentVolumeClaimSpec } from '../../../pod/volume/persistent-volume-claim.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, listMap, map, namedString, ref, resourceList, string, struct, time, topLevel } from '../../../schema/fields.ts';

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

export const PersistentVolumeClaimCondition = struct('PersistentVolumeClaimCondition', "One observation of a claim's state.", {
  lastProbeTime: time('When it was last looked at.', { presence: 'null' }).tag(3).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  reason: string('CamelCase word for the last change.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Name of the condition, such as Resizing.', { goType: 'PersistentVolumeClaimConditionType' }).tag(1),
});
export type PersistentVolumeClaimCondition = Infer<typeof PersistentVolumeClaimCondition>;

export const ModifyVolumeStatus = struct('ModifyVolumeStatus', 'How far a change of attributes has come.', {
  status: string('Pending, InProgress or Infeasible.', {
    goType: 'PersistentVolumeClaimModifyVolumeStatus',
    enum: ['InProgress', 'Infeasible', 'Pending'],
  }).tag(2),
  targetVolumeAttributesClassName: string('The class that the volume is changed to.').tag(1).optional(),
});
export type ModifyVolumeStatus = Infer<typeof ModifyVolumeStatus>;

export const PersistentVolumeClaimStatus = struct('PersistentVolumeClaimStatus', 'State of a claim.', {
  accessModes: atomicList(namedString('PersistentVolumeAccessMode', ACCESS_MODES), 'The ways in which the volume can be mounted.').tag(2).optional(),
  allocatedResourceStatuses: map(namedString('ClaimResourceStatus', RESIZE_STATES), 'How far a change of size has come, by resource.', {
    'x-kubernetes-map-type': 'granular',
  })
    .tag(7)
    .optional(),
  allocatedResources: resourceList('The storage that is set aside, which may be more than the capacity.').tag(5).optional(),
  capacity: resourceList('The size of the volume.').tag(3).optional(),
  conditions: listMap(PersistentVolumeClaimCondition, ['type'], 'Latest observations, one of each type.').tag(4).optional(),
  currentVolumeAttributesClassName: string('The VolumeAttributesClass that the volume has.', { presence: 'pointer' }).tag(8).optional(),
  modifyVolumeStatus: ref(ModifyVolumeStatus, 'How far a change of attributes has come.').tag(9).optional(),
  phase: string('Pending, Bound or Lost.', { goType: 'PersistentVolumeClaimPhase', enum: ['Bound', 'Lost', 'Pending'] })
    .tag(1)
    .optional(),
});
export type PersistentVolumeClaimStatus = Infer<typeof PersistentVolumeClaimStatus>;

export const PersistentVolumeClaim = topLevel('PersistentVolumeClaim', 'A claim to storage, which pods name to mount it.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PersistentVolumeClaimSpec, 'The storage that is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PersistentVolumeClaimStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type PersistentVolumeClaim = Infer<typeof PersistentVolumeClaim>;
