import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, ref, string, struct, topLevel } from '../../schema/fields.ts';

export const ScaleSpec = struct('ScaleSpec', 'The number that is wanted.', {
  replicas: int32('How many pods are wanted.', { published: 0 }).tag(1).optional(),
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

/** The kind of the scale subresource. It has no collection of its own. */
export const scales = defineKind<Scale>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  namespaced: true,
  verbs: [],
  schema: Scale,
  columns: [
    nameColumn,
    shown('Desired', 'How many pods are wanted.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
    shown('Available', 'How many pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
    ageColumn,
  ],
});
