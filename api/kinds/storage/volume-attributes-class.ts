import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { map, ref, string, topLevel } from '../../schema/fields.ts';
import { checkDriverName, checkParameters } from './storage-class.ts';

/** Keeps a class while a claim or a volume names it. */
export const VAC_PROTECTION_FINALIZER = 'kubernetes.io/vac-protection';

export const VolumeAttributesClass = topLevel('VolumeAttributesClass', 'Attributes of volumes that may change while they are used.', {
  driverName: string('Name of the CSI driver.').tag(2),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  parameters: map(string(), 'The attributes, by the names that the driver gives them.').tag(3).optional(),
});
export type VolumeAttributesClass = Infer<typeof VolumeAttributesClass>;

function validate({ driverName, parameters }: VolumeAttributesClass): FieldError[] {
  const errors: FieldError[] = [];
  checkDriverName(errors, driverName, 'driverName');
  checkParameters(errors, parameters, true);
  return errors;
}

/** The rules of upstream's pkg/apis/storage/validation. */
const volumeAttributesClassStrategy: Strategy<VolumeAttributesClass> = {
  metadataChecks: { onUpdate: ['change', 'whole'] },
  validate,
  validateUpdate(next, old) {
    const errors: FieldError[] = [];
    if (next.driverName !== old.driverName) errors.push(forbidden('driverName', 'updates to driverName are forbidden.'));
    if (!semanticEqual(next.parameters, old.parameters)) errors.push(forbidden('parameters', 'updates to parameters are forbidden.'));
    return [...errors, ...validate(next)];
  },
};

export const volumeAttributesClasses = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  namespaced: false,
  shortNames: ['vac'],
  schema: VolumeAttributesClass,
  columns: [nameColumn, shown('DriverName', 'The CSI driver.', ({ driverName }) => driverName), ageColumn],
  strategy: volumeAttributesClassStrategy,
  deletion: { returnsObject: true },
});
