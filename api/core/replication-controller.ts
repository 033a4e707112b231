import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, int64, list, map, string, struct, time, topLevel } from '../schema/fields.ts';
import { PodTemplateSpec } from './pod-template.ts';

export const ReplicationControllerCondition = struct('ReplicationControllerCondition', {
  lastTransitionTime: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type ReplicationControllerCondition = Infer<typeof ReplicationControllerCondition>;

export const ReplicationControllerSpec = struct('ReplicationControllerSpec', {
  minReadySeconds: int32().optional(),
  replicas: int32().optional(),
  selector: map(string()).optional(),
  template: PodTemplateSpec.optional(),
});
export type ReplicationControllerSpec = Infer<typeof ReplicationControllerSpec>;

export const ReplicationControllerStatus = struct('ReplicationControllerStatus', {
  availableReplicas: int32().optional(),
  conditions: list(ReplicationControllerCondition).optional(),
  fullyLabeledReplicas: int32().optional(),
  observedGeneration: int64().optional(),
  readyReplicas: int32().optional(),
  replicas: int32(),
});
export type ReplicationControllerStatus = Infer<typeof ReplicationControllerStatus>;

export const ReplicationController = topLevel('ReplicationController', {
  metadata: ObjectMeta.optional(),
  spec: ReplicationControllerSpec.optional(),
  status: ReplicationControllerStatus.optional(),
});
export type ReplicationController = Infer<typeof ReplicationController>;

export const replicationControllers = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  namespaced: true,
  shortNames: ['rc'],
  categories: ['all'],
  schema: ReplicationController,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale' },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  storagePrefix: 'controllers',
});
