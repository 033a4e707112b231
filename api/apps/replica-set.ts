import { PodTemplateSpec } from '../core/pod-template.ts';
import { defineKind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, int64, list, string, struct, time, topLevel } from '../schema/fields.ts';

export const ReplicaSetSpec = struct('ReplicaSetSpec', {
  minReadySeconds: int32().optional(),
  replicas: int32().optional(),
  selector: LabelSelector,
  template: PodTemplateSpec.optional(),
});
export type ReplicaSetSpec = Infer<typeof ReplicaSetSpec>;

export const ReplicaSetCondition = struct('ReplicaSetCondition', {
  lastTransitionTime: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type ReplicaSetCondition = Infer<typeof ReplicaSetCondition>;

export const ReplicaSetStatus = struct('ReplicaSetStatus', {
  availableReplicas: int32().optional(),
  conditions: list(ReplicaSetCondition).optional(),
  fullyLabeledReplicas: int32().optional(),
  observedGeneration: int64().optional(),
  readyReplicas: int32().optional(),
  replicas: int32(),
  terminatingReplicas: int32().optional(),
});
export type ReplicaSetStatus = Infer<typeof ReplicaSetStatus>;

export const ReplicaSet = topLevel('ReplicaSet', {
  metadata: ObjectMeta.optional(),
  spec: ReplicaSetSpec.optional(),
  status: ReplicaSetStatus.optional(),
});
export type ReplicaSet = Infer<typeof ReplicaSet>;

export const replicaSets = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
  shortNames: ['rs'],
  categories: ['all'],
  schema: ReplicaSet,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale' },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
});
