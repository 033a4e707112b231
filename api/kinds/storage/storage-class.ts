import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, map, ref, string, topLevel } from '../../schema/fields.ts';
import { rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { byteLength, qualifiedNameFaults } from '../../validation/name-rules.ts';
import { checkTopologies, TopologySelectorTerm } from './topology-selector.ts';

export const StorageClass = topLevel('StorageClass', 'A class of storage, which claims name to have volumes provisioned.', {
  allowVolumeExpansion: boolean('Whether claims may ask for more storage later.', { presence: 'pointer' }).tag(6).optional(),
  allowedTopologies: atomicList(TopologySelectorTerm, 'Places where volumes may be provisioned; anywhere, if left out.').tag(8).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  mountOptions: atomicList(string(), 'Mount options of the volumes; not checked.').tag(5).optional(),
  parameters: map(string(), 'Settings for the provisioner.').tag(3).optional(),
  provisioner: string('Name of the provisioner.').tag(2),
  reclaimPolicy: string('Delete or Retain: what happens to a volume whose claim is gone. Delete, if left out.', {
    presence: 'pointer',
    goType: 'PersistentVolumeReclaimPolicy',
    enum: ['Delete', 'Recycle', 'Retain'],
  })
    .tag(4)
    .optional(),
  volumeBindingMode: string('Immediate, or WaitForFirstConsumer to provision for the node of the first pod. Immediate, if left out.', {
    presence: 'pointer',
    goType: 'VolumeBindingMode',
    enum: ['Immediate', 'WaitForFirstConsumer'],
  })
    .tag(7)
    .optional(),
});
export type StorageClass = Infer<typeof StorageClass>;

const MAX_PARAMETERS = 512;
const MAX_PARAMETERS_BYTES = 256 * 1024;
/** Volumes that are provisioned cannot be recycled. */
const RECLAIM_POLICIES: readonly string[] = ['Delete', 'Retain'];
const BINDING_MODES: readonly string[] = ['Immediate', 'WaitForFirstConsumer'];

/** Checks the name of a provisioner or driver: it is compared regardless of case. */
export function checkDriverName(errors: FieldError[], name: string, field: 'provisioner' | 'driverName'): void {
  if (name === '') errors.push(required(field));
  else addFaults(errors, qualifiedNameFaults(name.toLowerCase()), name.toLowerCase(), rootPath(field));
}

/** Checks number, keys and total size of a class's parameters. */
export function checkParameters(errors: FieldError[], parameters: Readonly<Record<string, string>> | undefined, needed: boolean): void {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) {
    errors.push(tooLong('parameters', MAX_PARAMETERS));
    return;
  }
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'));
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > MAX_PARAMETERS_BYTES) errors.push(tooLong('parameters', MAX_PARAMETERS_BYTES));
  if (needed && entries.length === 0) errors.push(required('parameters', 'must contain at least one key/value pair'));
}

function validate(storageClass: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  checkDriverName(errors, storageClass.provisioner, 'provisioner');
  checkParameters(errors, storageClass.parameters, false);
  const { reclaimPolicy, volumeBindingMode } = storageClass;
  if (reclaimPolicy && !RECLAIM_POLICIES.includes(reclaimPolicy)) errors.push(notSupported('reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES));
  if (volumeBindingMode === undefined) errors.push(required('volumeBindingMode'));
  else if (!BINDING_MODES.includes(volumeBindingMode)) errors.push(notSupported('volumeBindingMode', volumeBindingMode, BINDING_MODES));
  checkTopologies(errors, storageClass.allowedTopologies);
  return errors;
}

/** The rules of upstream's pkg/apis/storage/validation. */
const storageClassStrategy: Strategy<StorageClass> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate(storageClass, old) {
    const errors = validate(storageClass);
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
      checkImmutable(errors, storageClass[field] ?? null, old[field] ?? null, field);
    }
    return errors;
  },
};

const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'] as const;

const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => (IS_DEFAULT.some((key) => metadata.annotations?.[key] === 'true') ? `${metadata.name} (default)` : metadata.name),
  },
  shown('Provisioner', 'The provisioner of the volumes.', ({ provisioner }) => provisioner),
  shown('ReclaimPolicy', 'What happens to a volume whose claim is gone.', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  shown('VolumeBindingMode', 'When volumes are provisioned.', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  shown('AllowVolumeExpansion', 'Whether claims may ask for more later.', ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)),
  ageColumn,
];

export const storageClasses = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
  shortNames: ['sc'],
  schema: StorageClass,
  columns: storageClassColumns,
  strategy: storageClassStrategy,
  deletion: { returnsObject: true },
});
