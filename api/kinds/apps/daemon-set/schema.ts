import { LabelSelector } from '../../../meta/label-selector.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../../pod/template/pod-template.ts';
import type { Infer } from '../../../schema/fields.ts';
import { int32, int64, intOrString, listMap, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const RollingUpdateDaemonSet = struct('RollingUpdateDaemonSet', 'How far a rolling update may stray from one pod per node.', {
  maxSurge: intOrString('Nodes that may have an old and a new pod at once: a number, or a percentage rounded up. 0, if left out.', {
    presence: 'pointer',
  })
    .tag(2)
    .optional(),
  maxUnavailable: intOrString('Nodes that may lack their pod during the update: a number, or a percentage rounded up. 1, if left out.', {
    presence: 'pointer',
  })
    .tag(1)
    .optional(),
});
export type RollingUpdateDaemonSet = Infer<typeof RollingUpdateDaemonSet>;

export const DaemonSetUpdateStrategy = struct('DaemonSetUpdateStrategy', 'How old pods are replaced by new ones.', {
  rollingUpdate: ref(RollingUpdateDaemonSet, 'Limits of a rolling update.').tag(2).optional(),
  type: string('RollingUpdate replaces old pods little by little; OnDelete waits until somebody deletes them.', {
    goType: 'DaemonSetUpdateStrategyType',
    enum: ['OnDelete', 'RollingUpdate'],
  })
    .tag(1)
    .optional(),
});
export type DaemonSetUpdateStrategy = Infer<typeof DaemonSetUpdateStrategy>;

export const DaemonSetSpec = struct('DaemonSetSpec', 'The pod that each node runs.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.').tag(4).optional(),
  revisionHistoryLimit: int32('How many old revisions are kept to roll back to.', { presence: 'pointer', default: 10 }).tag(6).optional(),
  selector: ref(LabelSelector, "Pods that belong to the DaemonSet; must match the template's labels, and never changes.", {
    presence: 'pointer',
  }).tag(1),
  template: ref(PodTemplateSpec, 'The pod to create on each node that its selector and affinity admit.').tag(2),
  updateStrategy: ref(DaemonSetUpdateStrategy, 'How pods are replaced.', { presence: 'filled' }).tag(3).optional(),
});
export type DaemonSetSpec = Infer<typeof DaemonSetSpec>;

export const DaemonSetCondition = struct('DaemonSetCondition', "One observation of a DaemonSet's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Name of the condition.', { goType: 'DaemonSetConditionType' }).tag(1),
});
export type DaemonSetCondition = Infer<typeof DaemonSetCondition>;

export const DaemonSetStatus = struct('DaemonSetStatus', 'How far a DaemonSet has come.', {
  collisionCount: int32("Name collisions so far; makes the next revision's name differ.", { presence: 'pointer' }).tag(9).optional(),
  conditions: listMap(DaemonSetCondition, ['type'], 'Latest observations, one of each type.').tag(10).optional(),
  currentNumberScheduled: int32('Nodes that run a pod and should.').tag(1),
  desiredNumberScheduled: int32('Nodes that should run a pod.').tag(3),
  numberAvailable: int32('Nodes whose pod has been ready for minReadySeconds.').tag(7).optional(),
  numberMisscheduled: int32('Nodes that run a pod and should not.').tag(2),
  numberReady: int32('Nodes whose pod is ready.').tag(4),
  numberUnavailable: int32('Nodes that should have an available pod and have none.').tag(8).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(5).optional(),
  updatedNumberScheduled: int32('Nodes that run a pod of the newest template.').tag(6).optional(),
});
export type DaemonSetStatus = Infer<typeof DaemonSetStatus>;

export const DaemonSet = topLevel('DaemonSet', 'Keeps one pod running on each node that fits, and replaces them when their template changes.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(DaemonSetSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(DaemonSetStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type DaemonSet = Infer<typeof DaemonSet>;
