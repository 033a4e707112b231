import { PodTemplateSpec } from '../core/pod-template.ts';
import { defineKind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, int64, intOrString, list, string, struct, time, topLevel } from '../schema/fields.ts';

export const RollingUpdateDeployment = struct('RollingUpdateDeployment', {
  maxSurge: intOrString().optional(),
  maxUnavailable: intOrString().optional(),
});
export type RollingUpdateDeployment = Infer<typeof RollingUpdateDeployment>;

export const DeploymentStrategy = struct('DeploymentStrategy', {
  rollingUpdate: RollingUpdateDeployment.optional(),
  type: string().optional(),
});
export type DeploymentStrategy = Infer<typeof DeploymentStrategy>;

export const DeploymentSpec = struct('DeploymentSpec', {
  minReadySeconds: int32().optional(),
  paused: boolean().optional(),
  progressDeadlineSeconds: int32().optional(),
  replicas: int32().optional(),
  revisionHistoryLimit: int32().optional(),
  selector: LabelSelector,
  strategy: DeploymentStrategy.optional(),
  template: PodTemplateSpec,
});
export type DeploymentSpec = Infer<typeof DeploymentSpec>;

export const DeploymentCondition = struct('DeploymentCondition', {
  lastTransitionTime: time().optional(),
  lastUpdateTime: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type DeploymentCondition = Infer<typeof DeploymentCondition>;

export const DeploymentStatus = struct('DeploymentStatus', {
  availableReplicas: int32().optional(),
  collisionCount: int32().optional(),
  conditions: list(DeploymentCondition).optional(),
  observedGeneration: int64().optional(),
  readyReplicas: int32().optional(),
  replicas: int32().optional(),
  terminatingReplicas: int32().optional(),
  unavailableReplicas: int32().optional(),
  updatedReplicas: int32().optional(),
});
export type DeploymentStatus = Infer<typeof DeploymentStatus>;

export const Deployment = topLevel('Deployment', {
  metadata: ObjectMeta.optional(),
  spec: DeploymentSpec.optional(),
  status: DeploymentStatus.optional(),
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
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale' },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
});
