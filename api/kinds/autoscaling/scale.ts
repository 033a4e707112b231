import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { NEGATIVE } from '../../validation/field-rules.ts';

export const ScaleSpec = struct('ScaleSpec', 'The number that is wanted.', {
  replicas: int32('How many pods are wanted.').tag(1).optional(),
});
export type ScaleSpec = Infer<typeof ScaleSpec>;

export const ScaleStatus = struct('ScaleStatus', 'The number that is there.', {
  replicas: int32('How many pods there are.').tag(1),
  selector: string('Selector of the pods, as text.').tag(2).optional(),
});
export type ScaleStatus = Infer<typeof ScaleStatus>;

export const Scale = topLevel('Scale', 'The size of something that can be scaled.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ScaleSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ScaleStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Scale = Infer<typeof Scale>;

/** The rules of an update through the `scale` subresource. */
export function validateScale(scale: Scale): FieldError[] {
  const replicas = scale.spec?.replicas ?? 0;
  return replicas < 0 ? [invalid('spec.replicas', replicas, NEGATIVE)] : [];
}
