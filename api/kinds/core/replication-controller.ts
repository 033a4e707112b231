import { hasMembers } from '../../../base/json/long-values.ts';
import { shallowCopySteps } from '../../../base/json/shallow-copy.ts';
import type { Steps } from '../../../base/steps.ts';
import { ageColumn, labelsText, nameColumn, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import { countedAs } from '../../definition/quota-rule.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../pod/template/pod-template.ts';
import { templateColumns } from '../../pod/template/pod-template-columns.ts';
import { defaultPodTemplate } from '../../pod/template/pod-template-defaults.ts';
import { checkLongRunning, checkPodTemplate } from '../../pod/template/pod-template-validation.ts';
import { podTemplateWarnings } from '../../pod/template/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/template/replica-status-validation.ts';
import { defaultLater } from '../../schema/default-later.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, int64, listMap, map, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { checkNonNegative } from '../../validation/field-rules.ts';
import { Scale } from '../autoscaling/scale.ts';

export const ReplicationControllerCondition = struct('ReplicationControllerCondition', "One observation of a ReplicationController's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('ReplicaFailure, when pods cannot be created or deleted.', { goType: 'ReplicationControllerConditionType' }).tag(1),
});
export type ReplicationControllerCondition = Infer<typeof ReplicationControllerCondition>;

export const ReplicationControllerSpec = struct('ReplicationControllerSpec', 'The pods that a ReplicationController keeps.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.', { published: 0 }).tag(4).optional(),
  replicas: int32('How many pods are wanted.', { presence: 'pointer', default: 1, published: 1 }).tag(1).optional(),
  selector: map(string(), 'Labels of the pods that belong to it; those of the template, if left out.', {
    'x-kubernetes-map-type': 'atomic',
  })
    .tag(2)
    .optional(),
  template: ref(PodTemplateSpec, 'The pods to create.').tag(3).optional(),
});
export type ReplicationControllerSpec = Infer<typeof ReplicationControllerSpec>;

export const ReplicationControllerStatus = struct('ReplicationControllerStatus', 'What a ReplicationController has.', {
  availableReplicas: int32('Pods that have been ready for minReadySeconds.').tag(5).optional(),
  conditions: listMap(ReplicationControllerCondition, ['type'], 'Latest observations, one of each type.').tag(6).optional(),
  fullyLabeledReplicas: int32('Pods that have all labels of the template.').tag(2).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(3).optional(),
  readyReplicas: int32('Pods that are ready.').tag(4).optional(),
  replicas: int32('Pods that are not ending.').tag(1),
});
export type ReplicationControllerStatus = Infer<typeof ReplicationControllerStatus>;

export const ReplicationController = topLevel('ReplicationController', 'Keeps a number of like pods running; Deployments do it better.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ReplicationControllerSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ReplicationControllerStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type ReplicationController = Infer<typeof ReplicationController>;

const SPEC = rootPath('spec');
const TEMPLATE = childPath(SPEC, 'template');

type Labels = Record<string, string>;

function setDefaults(controller: ReplicationController): void {
  controller.spec ??= {};
  const { spec } = controller;
  if (spec.template) {
    const labels = spec.template.metadata?.labels;
    if (labels) defaultLater(() => labelsOfTemplate(controller, spec, labels));
    defaultPodTemplate(spec.template);
  }
  spec.replicas ??= 1;
}

/** Gives a controller the labels of its template, as its selector and its own, if it has none. */
function* labelsOfTemplate(controller: ReplicationController, spec: ReplicationControllerSpec, labels: Labels): Steps<void> {
  if (isEmpty(spec.selector)) spec.selector = (yield* shallowCopySteps(labels)) as Labels;
  controller.metadata ??= {};
  if (isEmpty(controller.metadata.labels)) controller.metadata.labels = (yield* shallowCopySteps(labels)) as Labels;
}

const isEmpty = (map: Readonly<Record<string, string>> | undefined): boolean => map === undefined || !hasMembers(map);

/** Whether labels have all that a selector asks for; ends at the first that they lack. */
function hasAll(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  for (const key in selector) if (!Object.hasOwn(labels, key) || labels[key] !== selector[key]) return false;
  return true;
}

function validate(controller: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  const spec = controller.spec ?? {};
  const selector = spec.selector ?? {};
  const selects = hasMembers(selector);
  checkNonNegative(errors, spec.minReadySeconds, SPEC, 'minReadySeconds');
  if (!selects) errors.push(required('spec.selector'));
  checkNonNegative(errors, spec.replicas, SPEC, 'replicas');
  if (!spec.template) {
    errors.push(required('spec.template'));
    return errors;
  }
  const labels = spec.template.metadata?.labels;
  if (selects && !hasAll(labels ?? {}, selector)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  checkPodTemplate(errors, spec.template, TEMPLATE);
  checkLongRunning(errors, spec.template, 'ReplicationController', TEMPLATE);
  return errors;
}

export const replicationControllerStrategy: Strategy<ReplicationController> = {
  generation: 'content',
  default: setDefaults,
  prepareForCreate: (controller) => {
    controller.status = { replicas: 0 };
  },
  prepareForUpdate: (controller, old) => {
    controller.status = old.status;
  },
  prepareForStatusUpdate: (controller, old) => {
    controller.spec = old.spec;
  },
  validate,
  validateUpdate: validate,
  validateStatusUpdate: (controller) => validateReplicaStatus(controller.status, 'fullyLabeledReplicas'),
  warnings: (controller, old) => podTemplateWarnings(controller, old, controller.spec?.template, 'spec.template'),
  selectableFields: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
};

const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  shown('Desired', 'How many pods are asked for.', (rc) => rc.spec?.replicas ?? 0, 'integer'),
  shown('Current', 'How many pods there are.', (rc) => rc.status?.replicas ?? 0, 'integer'),
  shown('Ready', 'How many of them are ready.', (rc) => rc.status?.readyReplicas ?? 0, 'integer'),
  ageColumn,
  ...templateColumns<ReplicationController>(),
  wide('Selector', 'The labels of the pods it counts.', (rc) => labelsText(rc.spec?.selector)),
];

export const replicationControllers = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  namespaced: true,
  shortNames: ['rc'],
  categories: ['all'],
  schema: ReplicationController,
  podTemplate: ({ spec }) => spec?.template,
  columns: replicationControllerColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  storagePrefix: 'controllers',
  quota: countedAs('replicationcontrollers'),
  strategy: replicationControllerStrategy,
  deletion: { orphansDependents: true },
});
