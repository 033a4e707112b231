import { ageColumn, nameColumn, selectorText, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../pod/template/pod-template.ts';
import { templateColumns } from '../../pod/template/pod-template-columns.ts';
import { defaultPodTemplate } from '../../pod/template/pod-template-defaults.ts';
import { podTemplateWarnings } from '../../pod/template/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/template/replica-status-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, int32, int64, intOrString, listMap, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { internalForm } from '../../schema/internal-form.ts';
import { structuralOf } from '../../schema/structural.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText, rootPath } from '../../validation/field-path.ts';
import { checkImmutable, checkNonNegative } from '../../validation/field-rules.ts';
import { Scale } from '../autoscaling/scale.ts';
import { amountOf, checkAtMostWhole, checkIntOrPercent } from './int-or-percent-validation.ts';
import { checkSelectorAndTemplate } from './workload-validation.ts';

export const RollingUpdateDeployment = struct('RollingUpdateDeployment', 'How far a rolling update may stray from the wanted number of pods.', {
  maxSurge: intOrString('Pods that may exist above the wanted number: a number, or a percentage rounded up. 25%, if left out.', {
    presence: 'pointer',
  })
    .tag(2)
    .optional(),
  maxUnavailable: intOrString('Pods that may be missing during the update: a number, or a percentage rounded down. 25%, if left out.', {
    presence: 'pointer',
  })
    .tag(1)
    .optional(),
});
export type RollingUpdateDeployment = Infer<typeof RollingUpdateDeployment>;

export const DeploymentStrategy = struct('DeploymentStrategy', 'How old pods are replaced by new ones.', {
  rollingUpdate: ref(RollingUpdateDeployment, 'Limits of a rolling update.').tag(2).optional(),
  type: string('Recreate ends all old pods first; RollingUpdate replaces them little by little.', {
    goType: 'DeploymentStrategyType',
    default: 'RollingUpdate',
    enum: ['Recreate', 'RollingUpdate'],
  })
    .tag(1)
    .optional(),
});
export type DeploymentStrategy = Infer<typeof DeploymentStrategy>;

export const DeploymentSpec = struct('DeploymentSpec', 'The pods that a Deployment keeps, and how it changes them.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.').tag(5).optional(),
  paused: boolean('Hold back the roll-out of changes.').tag(7).optional(),
  progressDeadlineSeconds: int32('Seconds without progress after which the roll-out counts as failed.', {
    presence: 'pointer',
    default: 600,
  })
    .tag(9)
    .optional(),
  replicas: int32('How many pods are wanted.', { presence: 'pointer', default: 1 }).tag(1).optional(),
  revisionHistoryLimit: int32('How many old ReplicaSets are kept to roll back to.', { presence: 'pointer', default: 10 }).tag(6).optional(),
  selector: ref(LabelSelector, "Pods that belong to the Deployment; must match the template's labels, and never changes.", {
    presence: 'pointer',
  }).tag(2),
  strategy: ref(DeploymentStrategy, 'How pods are replaced.', { presence: 'filled', 'x-kubernetes-patch-strategy': 'retainKeys' }).tag(4).optional(),
  template: ref(PodTemplateSpec, 'The pods to create.').tag(3),
});
export type DeploymentSpec = Infer<typeof DeploymentSpec>;

export const DeploymentCondition = struct('DeploymentCondition', "One observation of a Deployment's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(7).optional(),
  lastUpdateTime: time('When the condition was last written.', { presence: 'null' }).tag(6).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Available, Progressing or ReplicaFailure.', { goType: 'DeploymentConditionType' }).tag(1),
});
export type DeploymentCondition = Infer<typeof DeploymentCondition>;

export const DeploymentStatus = struct('DeploymentStatus', 'How far a Deployment has come.', {
  availableReplicas: int32('Pods that have been ready for minReadySeconds.').tag(4).optional(),
  collisionCount: int32("Name collisions so far; makes the next ReplicaSet's name differ.", { presence: 'pointer' }).tag(8).optional(),
  conditions: listMap(DeploymentCondition, ['type'], 'Latest observations, one of each type.').tag(6).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(1).optional(),
  readyReplicas: int32('Pods that are ready.').tag(7).optional(),
  replicas: int32('Pods that the selector matches and that are not ending.').tag(2).optional(),
  terminatingReplicas: int32('Pods that are ending but still there.', { presence: 'pointer' }).tag(9).optional(),
  unavailableReplicas: int32('Pods still missing for the Deployment to be fully available.').tag(5).optional(),
  updatedReplicas: int32('Pods of the newest template.').tag(3).optional(),
});
export type DeploymentStatus = Infer<typeof DeploymentStatus>;

export const Deployment = topLevel('Deployment', 'Keeps a number of like pods running, and replaces them when their template changes.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(DeploymentSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(DeploymentStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Deployment = Infer<typeof Deployment>;

const SPEC = rootPath('spec');
const STRATEGY = childPath(SPEC, 'strategy');

/** The defaults of apps/v1 and of apps/v1beta2, which has the same. */
function defaultDeployment(deployment: Deployment): void {
  const { spec } = deployment;
  if (!spec) return;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

function validate(deployment: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = deployment;
  checkNonNegative(errors, spec?.replicas, SPEC, 'replicas');
  checkSelectorAndTemplate(errors, spec ?? {}, SPEC);
  checkStrategy(errors, spec?.strategy ?? {});
  checkNonNegative(errors, spec?.minReadySeconds, SPEC, 'minReadySeconds');
  checkNonNegative(errors, spec?.revisionHistoryLimit, SPEC, 'revisionHistoryLimit');
  const deadline = spec?.progressDeadlineSeconds;
  checkNonNegative(errors, deadline, SPEC, 'progressDeadlineSeconds');
  if (deadline !== undefined && deadline <= (spec?.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function checkStrategy(errors: FieldError[], strategy: DeploymentStrategy): void {
  switch (strategy.type) {
    case 'Recreate':
      if (strategy.rollingUpdate) {
        errors.push(forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
      }
      break;
    case 'RollingUpdate':
      if (!strategy.rollingUpdate) errors.push(required('spec.strategy.rollingUpdate', 'this should be defaulted and never be nil'));
      else checkRollingUpdate(errors, strategy.rollingUpdate, childPath(STRATEGY, 'rollingUpdate'));
      break;
    default:
      errors.push(notSupported('spec.strategy', internalForm(strategy, structuralOf(DeploymentStrategy)), ['Recreate', 'RollingUpdate']));
  }
}

function checkRollingUpdate(errors: FieldError[], update: RollingUpdateDeployment, path: FieldPath): void {
  const { maxUnavailable = 0, maxSurge = 0 } = update;
  for (const [name, value] of [
    ['maxUnavailable', maxUnavailable],
    ['maxSurge', maxSurge],
  ] as const) {
    checkIntOrPercent(errors, value, path, name);
  }
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    errors.push(invalid(pathText(path, 'maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  checkAtMostWhole(errors, maxUnavailable, path, 'maxUnavailable');
}

function validateStatusUpdate(deployment: Deployment, old: Live<Deployment>): FieldError[] {
  const errors = validateReplicaStatus(deployment.status, 'updatedReplicas');
  const collisions = deployment.status?.collisionCount;
  const before = old.status?.collisionCount;
  if (before !== undefined && (collisions === undefined || collisions < before)) {
    errors.push(invalid('status.collisionCount', collisions ?? null, 'cannot be decremented'));
  }
  return errors;
}

export const deploymentStrategy: Strategy<Deployment> = {
  generation: 'content and annotations',
  default: defaultDeployment,
  prepareForCreate: (deployment) => {
    deployment.status = {};
  },
  prepareForUpdate: (deployment, old) => {
    deployment.status = old.status;
  },
  prepareForStatusUpdate: (deployment, old) => {
    deployment.spec = old.spec;
    if (deployment.metadata) deployment.metadata.labels = old.metadata.labels;
  },
  validate,
  validateUpdate: (deployment, old) => {
    const errors = validate(deployment);
    checkImmutable(errors, deployment.spec?.selector, old.spec?.selector, 'spec.selector');
    return errors;
  },
  validateStatusUpdate,
  warnings: (deployment, old) => podTemplateWarnings(deployment, old, deployment.spec?.template, 'spec.template'),
};

const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  shown('Ready', 'How many pods are ready, of how many asked for.', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  shown('Up-to-date', 'How many pods have the template of now.', ({ status }) => status?.updatedReplicas ?? 0),
  shown('Available', 'How many pods have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...templateColumns<Deployment>(),
  wide('Selector', 'The labels of the pods it counts.', ({ spec }) => selectorText(spec?.selector)),
];

export const deployments = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  shortNames: ['deploy'],
  categories: ['all'],
  schema: Deployment,
  podTemplate: ({ spec }) => spec?.template,
  columns: deploymentColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  strategy: deploymentStrategy,
});

/**
 * The same kind under the version of old manifests. It never defaulted the selector (only v1beta1 did), and its defaults are those of v1
 * (k8s.io/kubernetes/pkg/apis/apps/v1beta2/defaults.go).
 */
export const deploymentsV1beta2 = defineKind<Deployment>({
  ...deployments,
  version: 'v1beta2',
  deletion: { orphansDependents: true },
  deprecation: 'apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment',
  storedAs: {
    group: 'apps',
    version: 'v1',
    toStored: (deployment) => ({ ...deployment, apiVersion: 'apps/v1' }),
    fromStored: (stored) => ({ ...stored, apiVersion: 'apps/v1beta2' }),
  },
});
