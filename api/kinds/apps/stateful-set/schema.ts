import { LabelSelector } from '../../../meta/label-selector.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../../pod/template/pod-template.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int32, int64, intOrString, listMap, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';
import { PersistentVolumeClaim } from '../../core/persistent-volume-claim/schema.ts';

export const RollingUpdateStatefulSetStrategy = struct('RollingUpdateStatefulSetStrategy', 'How far a rolling update goes, and how fast.', {
  maxUnavailable: intOrString('Pods that may be missing during the update. Not in use: one pod is replaced at a time.', { presence: 'pointer' })
    .tag(2)
    .optional(),
  partition: int32('Ordinal from which on pods are updated; those below keep the old template.', { presence: 'pointer' }).tag(1).optional(),
});
export type RollingUpdateStatefulSetStrategy = Infer<typeof RollingUpdateStatefulSetStrategy>;

export const StatefulSetUpdateStrategy = struct('StatefulSetUpdateStrategy', 'How old pods are replaced by new ones.', {
  rollingUpdate: ref(RollingUpdateStatefulSetStrategy, 'Limits of a rolling update.').tag(2).optional(),
  type: string('RollingUpdate replaces old pods from the highest ordinal down; OnDelete waits until somebody deletes them.', {
    goType: 'StatefulSetUpdateStrategyType',
    enum: ['OnDelete', 'RollingUpdate'],
  })
    .tag(1)
    .optional(),
});
export type StatefulSetUpdateStrategy = Infer<typeof StatefulSetUpdateStrategy>;

const claimPolicy = (description: string) => string(description, { goType: 'PersistentVolumeClaimRetentionPolicyType' });

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  'StatefulSetPersistentVolumeClaimRetentionPolicy',
  "What becomes of the claims of a StatefulSet's pods.",
  {
    whenDeleted: claimPolicy('Retain, or Delete with the StatefulSet.').tag(1).optional(),
    whenScaled: claimPolicy('Retain, or Delete those of pods that are scaled away.').tag(2).optional(),
  },
);
export type StatefulSetPersistentVolumeClaimRetentionPolicy = Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy>;

export const StatefulSetOrdinals = struct('StatefulSetOrdinals', 'How pods are numbered.', {
  start: int32('Number of the first pod.', { presence: 'filled' }).tag(1).optional(),
});
export type StatefulSetOrdinals = Infer<typeof StatefulSetOrdinals>;

export const StatefulSetSpec = struct('StatefulSetSpec', 'The numbered pods that a StatefulSet keeps.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.').tag(9).optional(),
  ordinals: ref(StatefulSetOrdinals, 'How pods are numbered.').tag(11).optional(),
  persistentVolumeClaimRetentionPolicy: ref(StatefulSetPersistentVolumeClaimRetentionPolicy, 'What becomes of claims that are no longer used.')
    .tag(10)
    .optional(),
  podManagementPolicy: string('OrderedReady starts and ends pods one after the other; Parallel all at once.', {
    goType: 'PodManagementPolicyType',
    enum: ['OrderedReady', 'Parallel'],
  })
    .tag(6)
    .optional(),
  replicas: int32('How many pods are wanted.', { presence: 'pointer', default: 1 }).tag(1).optional(),
  revisionHistoryLimit: int32('How many old revisions are kept to roll back to.', { presence: 'pointer', default: 10 }).tag(8).optional(),
  selector: ref(LabelSelector, "Pods that belong to the StatefulSet; must match the template's labels, and never changes.", {
    presence: 'pointer',
  }).tag(2),
  serviceName: string('Service that gives the pods their names in DNS.', { presence: 'filled' }).tag(5).optional(),
  template: ref(PodTemplateSpec, 'The pods to create.').tag(3),
  updateStrategy: ref(StatefulSetUpdateStrategy, 'How pods are replaced.', { presence: 'filled' }).tag(7).optional(),
  volumeClaimTemplates: atomicList(PersistentVolumeClaim, 'Claims that each pod gets, by the name of a volume.').tag(4).optional(),
});
export type StatefulSetSpec = Infer<typeof StatefulSetSpec>;

export const StatefulSetCondition = struct('StatefulSetCondition', "One observation of a StatefulSet's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Name of the condition.', { goType: 'StatefulSetConditionType' }).tag(1),
});
export type StatefulSetCondition = Infer<typeof StatefulSetCondition>;

export const StatefulSetStatus = struct('StatefulSetStatus', 'How far a StatefulSet has come.', {
  availableReplicas: int32('Pods that have been ready for minReadySeconds.', { presence: 'filled' }).tag(11).optional(),
  collisionCount: int32("Name collisions so far; makes the next revision's name differ.", { presence: 'pointer' }).tag(9).optional(),
  conditions: listMap(StatefulSetCondition, ['type'], 'Latest observations, one of each type.').tag(10).optional(),
  currentReplicas: int32('Pods of the revision that an update starts from.').tag(4).optional(),
  currentRevision: string('Name of the revision that an update starts from.').tag(6).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(1).optional(),
  readyReplicas: int32('Pods that are ready.').tag(3).optional(),
  replicas: int32('Pods that there are.').tag(2),
  updateRevision: string('Name of the revision that an update leads to.').tag(7).optional(),
  updatedReplicas: int32('Pods of the revision that an update leads to.').tag(5).optional(),
});
export type StatefulSetStatus = Infer<typeof StatefulSetStatus>;

export const StatefulSet = topLevel('StatefulSet', 'Keeps a number of pods with lasting names and storage.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(StatefulSetSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(StatefulSetStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type StatefulSet = Infer<typeof StatefulSet>;
