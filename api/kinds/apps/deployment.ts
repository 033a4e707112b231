import { defineKind } from '../../definition/kind.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, int32, int64, intOrString, listMap, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { Scale } from '../autoscaling/scale.ts';
import { PodTemplateSpec } from '../core/pod-template.ts';
import { deploymentColumns } from './apps-columns.ts';
import { deploymentStrategy } from './deployment-strategy.ts';

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

export const deployments = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  shortNames: ['deploy'],
  categories: ['all'],
  schema: Deployment,
  columns: deploymentColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  strategy: deploymentStrategy,
});

/**
 * The same, by the older name that old manifests have. It never defaulted the selector (only v1beta1 did), and its defaults are those of v1
 * (k8s.io/kubernetes/pkg/apis/apps/v1beta2/defaults.go).
 */
export const deploymentsV1beta2 = defineKind<Deployment>({
  ...deployments,
  version: 'v1beta2',
  deprecation: 'apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment',
  storedAs: {
    group: 'apps',
    version: 'v1',
    toStored: (deployment) => ({ ...deployment, apiVersion: 'apps/v1' }),
    fromStored: (stored) => ({ ...stored, apiVersion: 'apps/v1beta2' }),
  },
});
