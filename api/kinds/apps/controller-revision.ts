import { isObject } from '../../../base/json.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { anyValue, int64, ref, topLevel } from '../../schema/fields.ts';
import { checkImmutable, NEGATIVE } from '../../validation/field-rules.ts';

export const ControllerRevision = topLevel('ControllerRevision', "One kept state of a workload's template; its data never changes.", {
  data: anyValue('The state that is kept.', { presence: 'pointer', goType: 'runtime.RawExtension', 'x-kubernetes-map-type': 'atomic' })
    .tag(2)
    .optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  revision: int64('Number of the revision, higher for newer ones.').tag(3),
});
export type ControllerRevision = Infer<typeof ControllerRevision>;

function validate({ data, revision }: ControllerRevision): FieldError[] {
  const errors: FieldError[] = [];
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (!isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
  if ((revision ?? 0) < 0) errors.push(invalid('revision', revision, NEGATIVE));
  return errors;
}

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate,
  validateUpdate: (revision, old) => {
    const errors = validate(revision);
    checkImmutable(errors, revision.data, old.data, 'data');
    return errors;
  },
};

/** `replicaset.apps/web`, or `<none>`. */
function controllerText({ metadata }: Live<ControllerRevision>): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`;
}

const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  shown('Controller', 'What the revision is of.', controllerText),
  shown('Revision', 'Its number.', (revision) => revision.revision),
  ageColumn,
];

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
