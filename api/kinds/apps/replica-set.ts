import { ageColumn, nameColumn, selectorText, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../pod/template/pod-template.ts';
import { templateColumns } from '../../pod/template/pod-template-columns.ts';
import { defaultPodTemplate } from '../../pod/template/pod-template-defaults.ts';
import { podTemplateWarnings } from '../../pod/template/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/template/replica-status-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, int64, listMap, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { rootPath } from '../../validation/field-path.ts';
import { checkImmutable, checkNonNegative } from '../../validation/field-rules.ts';
import { Scale } from '../autoscaling/scale.ts';
import { checkSelectorAndTemplate } from './workload-validation.ts';

export const ReplicaSetSpec = struct('ReplicaSetSpec', 'The pods that a ReplicaSet keeps.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.').tag(4).optional(),
  replicas: int32('How many pods are wanted.', { presence: 'pointer', default: 1 }).tag(1).optional(),
  selector: ref(LabelSelector, "Pods that belong to the ReplicaSet; must match the template's labels, and never changes.", {
    presence: 'pointer',
  }).tag(2),
  template: ref(PodTemplateSpec, 'The pods to create.', { presence: 'filled' }).tag(3).optional(),
});
export type ReplicaSetSpec = Infer<typeof ReplicaSetSpec>;

export const ReplicaSetCondition = struct('ReplicaSetCondition', "One observation of a ReplicaSet's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('ReplicaFailure, when pods cannot be created or deleted.', { goType: 'ReplicaSetConditionType' }).tag(1),
});
export type ReplicaSetCondition = Infer<typeof ReplicaSetCondition>;

export const ReplicaSetStatus = struct('ReplicaSetStatus', 'What a ReplicaSet has.', {
  availableReplicas: int32('Pods that have been ready for minReadySeconds.').tag(5).optional(),
  conditions: listMap(ReplicaSetCondition, ['type'], 'Latest observations, one of each type.').tag(6).optional(),
  fullyLabeledReplicas: int32('Pods that have all labels of the template.').tag(2).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(3).optional(),
  readyReplicas: int32('Pods that are ready.').tag(4).optional(),
  replicas: int32('Pods that are not ending.').tag(1),
  terminatingReplicas: int32('Pods that are ending but still there.', { presence: 'pointer' }).tag(7).optional(),
});
export type ReplicaSetStatus = Infer<typeof ReplicaSetStatus>;

export const ReplicaSet = topLevel('ReplicaSet', 'Keeps a number of like pods running; usually made by a Deployment.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ReplicaSetSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ReplicaSetStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type ReplicaSet = Infer<typeof ReplicaSet>;

const SPEC = rootPath('spec');

function validate(set: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, set.spec?.replicas, SPEC, 'replicas');
  checkNonNegative(errors, set.spec?.minReadySeconds, SPEC, 'minReadySeconds');
  checkSelectorAndTemplate(errors, set.spec ?? {}, SPEC);
  return errors;
}

export const replicaSetStrategy: Strategy<ReplicaSet> = {
  generation: 'content',
  default: (set) => {
    if (!set.spec) return;
    set.spec.replicas ??= 1;
    set.spec.template ??= {};
    defaultPodTemplate(set.spec.template);
  },
  prepareForCreate: (set) => {
    set.status = { replicas: 0 };
  },
  prepareForUpdate: (set, old) => {
    set.status = old.status;
  },
  prepareForStatusUpdate: (set, old) => {
    set.spec = old.spec;
  },
  validate,
  validateUpdate: (set, old) => {
    const errors = validate(set);
    checkImmutable(errors, set.spec?.selector, old.spec?.selector, 'spec.selector');
    return errors;
  },
  validateStatusUpdate: (set) => validateReplicaStatus(set.status, 'fullyLabeledReplicas'),
  warnings: (set, old) => podTemplateWarnings(set, old, set.spec?.template, 'spec.template'),
};

const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  shown('Desired', 'How many pods are asked for.', (set) => set.spec?.replicas ?? 0, 'integer'),
  shown('Current', 'How many pods there are.', (set) => set.status?.replicas ?? 0, 'integer'),
  shown('Ready', 'How many of them are ready.', (set) => set.status?.readyReplicas ?? 0, 'integer'),
  ageColumn,
  ...templateColumns<ReplicaSet>(),
  wide('Selector', 'The labels of the pods it counts.', ({ spec }) => selectorText(spec?.selector)),
];

export const replicaSets = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
  shortNames: ['rs'],
  categories: ['all'],
  schema: ReplicaSet,
  podTemplate: ({ spec }) => spec?.template,
  columns: replicaSetColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  strategy: replicaSetStrategy,
});
