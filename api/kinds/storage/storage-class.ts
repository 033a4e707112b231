import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { KindAdmission, KindDefinition } from '../../definition/kind.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { newestFirst } from '../../meta/newest-first.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { BETA_STORAGE_CLASS } from '../../pod/volume/persistent-volume-claim.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, map, ref, string, topLevel } from '../../schema/fields.ts';
import { compareQuantities } from '../../schema/quantity.ts';
import { rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { byteLength, qualifiedNameFaults } from '../../validation/name-rules.ts';
import { claimClass } from '../core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../core/persistent-volume-claim/index.ts';
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
  const keys = Object.keys(parameters ?? {});
  if (keys.length > MAX_PARAMETERS) {
    errors.push(tooLong('parameters', MAX_PARAMETERS));
    return;
  }
  let bytes = 0;
  for (const key of keys) {
    if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'));
    bytes += byteLength(key) + byteLength(parameters?.[key] ?? '');
  }
  if (bytes > MAX_PARAMETERS_BYTES) errors.push(tooLong('parameters', MAX_PARAMETERS_BYTES));
  if (needed && keys.length === 0) errors.push(required('parameters', 'must contain at least one key/value pair'));
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

/** Whether claims without a class get this one. */
export const isDefaultClass = ({ metadata }: StorageClass): boolean => IS_DEFAULT.some((key) => metadata?.annotations?.[key] === 'true');

/** Returns the newest of the default classes, which claims without a class get; undefined if there is none. */
export const defaultClassOf = (classes: readonly Live<StorageClass>[]): Live<StorageClass> | undefined =>
  classes.filter(isDefaultClass).toSorted((a, b) => newestFirst(a.metadata, b.metadata))[0];

const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: (storageClass) => (isDefaultClass(storageClass) ? `${storageClass.metadata.name} (default)` : storageClass.metadata.name),
  },
  shown('Provisioner', 'The provisioner of the volumes.', ({ provisioner }) => provisioner),
  shown('ReclaimPolicy', 'What happens to a volume whose claim is gone.', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  shown('VolumeBindingMode', 'When volumes are provisioned.', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  shown('AllowVolumeExpansion', 'Whether claims may ask for more later.', ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)),
  ageColumn,
];

/** Gives new claims that name no class the newest of the default classes (plugin/pkg/admission/storage/storageclass/setdefault). */
const defaultStorageClass: KindAdmission<PersistentVolumeClaim> = {
  name: 'DefaultStorageClass',
  of: { group: '', plural: 'persistentvolumeclaims' },
  verbs: ['create'],
  admit(claim, _old, { list }) {
    if (!claim.spec || claim.spec.storageClassName !== undefined || claim.metadata?.annotations?.[BETA_STORAGE_CLASS] !== undefined) return;
    const first = defaultClassOf(list(storageClasses));
    if (first) claim.spec.storageClassName = first.metadata.name;
  },
};

/** Lets bound claims ask for more only if their class allows it (plugin/pkg/admission/storage/persistentvolume/resize). */
const claimResize: KindAdmission<PersistentVolumeClaim> = {
  name: 'PersistentVolumeClaimResize',
  of: { group: '', plural: 'persistentvolumeclaims' },
  verbs: ['update'],
  validate(claim, old, { get, forbidden }) {
    const [size, before] = [claim, old].map((one) => one?.spec?.resources?.requests?.storage ?? '0');
    if (size === undefined || before === undefined || compareQuantities(size, before) <= 0) return;
    if (old?.status?.phase !== 'Bound') throw forbidden('Only bound persistent volume claims can be expanded');
    const name = claimClass(claim);
    if (name !== '' && get(storageClasses, { namespace: '', name })?.allowVolumeExpansion) return;
    throw forbidden('only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  },
};

export const storageClasses: KindDefinition<StorageClass> = defineKind<StorageClass>({
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
  admission: [defaultStorageClass, claimResize],
});
