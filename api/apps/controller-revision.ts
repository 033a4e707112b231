import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { anyValue, int64, topLevel } from '../schema/fields.ts';

export const ControllerRevision = topLevel('ControllerRevision', {
  data: anyValue().optional(),
  metadata: ObjectMeta.optional(),
  revision: int64(),
});
export type ControllerRevision = Infer<typeof ControllerRevision>;

export const controllerRevisions = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  schema: ControllerRevision,
});
