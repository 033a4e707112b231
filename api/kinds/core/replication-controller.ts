import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { replicationControllerColumns } from '../../pod/workload-columns.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, int64, listMap, map, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { Scale } from '../autoscaling/scale.ts';
import { PodTemplateSpec } from './pod-template.ts';
import { replicationControllerStrategy } from './replication-controller-strategy.ts';

export const ReplicationControllerCondition = struct('ReplicationControllerCondition', "One observation of a ReplicationController's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('ReplicaFailure, when pods cannot be created or deleted.', { goType: 'ReplicationControllerConditionType' }).tag(1),
});
export type ReplicationControllerCondition = Infer<typeof ReplicationControllerCondition>;

export const ReplicationControllerSpec = struct('ReplicationControllerSpec', 'The pods that a ReplicationController keeps.', {
  minReadySeconds: int32('Seconds a new pod must be ready, without a crash, to count as available.').tag(4).optional(),
  replicas: int32('How many pods are wanted.', { presence: 'pointer', default: 1 }).tag(1).optional(),
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

export const replicationControllers = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  namespaced: true,
  shortNames: ['rc'],
  categories: ['all'],
  schema: ReplicationController,
  columns: replicationControllerColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  storagePrefix: 'controllers',
  strategy: replicationControllerStrategy,
});
