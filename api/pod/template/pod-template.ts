import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, struct } from '../../schema/fields.ts';
import { PodSpec } from '../spec/pod-spec.ts';

export const PodTemplateSpec = struct('PodTemplateSpec', 'A pod to be made.', {
  metadata: ref(ObjectMeta, 'Labels and annotations of the pods.', { presence: 'filled' }).tag(1).optional(),
  spec: ref(PodSpec, "The pods' containers, and how they run.", { presence: 'filled' }).tag(2).optional(),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;
