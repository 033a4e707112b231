import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { anyValue, int64, ref, topLevel } from '../../schema/fields.ts';
import { controllerRevisionColumns } from './apps-columns.ts';
import { controllerRevisionStrategy } from './controller-revision-strategy.ts';

export const ControllerRevision = topLevel('ControllerRevision', "One kept state of a workload's template; its data never changes.", {
  data: anyValue('The state that is kept.', { presence: 'pointer' }).tag(2).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  revision: int64('Number of the revision, higher for newer ones.').tag(3),
});
export type ControllerRevision = Infer<typeof ControllerRevision>;

export const controllerRevisions = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  schema: ControllerRevision,
  columns: controllerRevisionColumns,
  strategy: controllerRevisionStrategy,
});
