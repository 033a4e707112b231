import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PodSpec } from '../../pod/pod-spec.ts';
import { podTemplateColumns } from '../../pod/workload-columns.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, struct, topLevel } from '../../schema/fields.ts';
import { podTemplateStrategy } from './pod-template-strategy.ts';

export const PodTemplateSpec = struct('PodTemplateSpec', 'A pod to be made.', {
  metadata: ref(ObjectMeta, 'Labels and annotations of the pods.', { presence: 'filled' }).tag(1).optional(),
  spec: ref(PodSpec, "The pods' containers, and how they run.", { presence: 'filled' }).tag(2).optional(),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;

export const PodTemplate = topLevel('PodTemplate', 'A template of a pod, kept by name.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  template: ref(PodTemplateSpec, 'The pod to be made.', { presence: 'filled' }).tag(2).optional(),
});
export type PodTemplate = Infer<typeof PodTemplate>;

export const podTemplates = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  schema: PodTemplate,
  columns: podTemplateColumns,
  strategy: podTemplateStrategy,
});
