import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { struct, topLevel } from '../schema/fields.ts';
import { PodSpec } from './pod-spec.ts';

export const PodTemplateSpec = struct('PodTemplateSpec', {
  metadata: ObjectMeta.optional(),
  spec: PodSpec.optional(),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;

export const PodTemplate = topLevel('PodTemplate', {
  metadata: ObjectMeta.optional(),
  template: PodTemplateSpec.optional(),
});
export type PodTemplate = Infer<typeof PodTemplate>;

export const podTemplates = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  schema: PodTemplate,
});
