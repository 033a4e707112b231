import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, namedString, ref, string, struct } from '../../schema/fields.ts';
import { TypedLocalObjectReference, TypedObjectReference } from '../reference.ts';
import { VolumeResourceRequirements } from '../resources/resources.ts';

/** The ways in which a volume can be mounted. */
export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export const PersistentVolumeClaimSpec = struct('PersistentVolumeClaimSpec', 'The storage that is wanted.', {
  accessModes: atomicList(namedString('PersistentVolumeAccessMode', ACCESS_MODES), 'How the volume is to be mounted, such as ReadWriteOnce.')
    .tag(1)
    .optional(),
  dataSource: ref(TypedLocalObjectReference, 'What the volume is filled from, in the same namespace.').tag(7).optional(),
  dataSourceRef: ref(TypedObjectReference, 'What the volume is filled from: any object.').tag(8).optional(),
  resources: ref(VolumeResourceRequirements, 'How large it must be.', { presence: 'filled' }).tag(2).optional(),
  selector: ref(LabelSelector, 'Selects volumes to choose from.').tag(4).optional(),
  storageClassName: string('StorageClass to provision from; "" means none, left out the default.', { presence: 'pointer' }).tag(5).optional(),
  volumeAttributesClassName: string('VolumeAttributesClass to apply.', { presence: 'pointer' }).tag(9).optional(),
  volumeMode: string('Filesystem or Block.', {
    presence: 'pointer',
    goType: 'PersistentVolumeMode',
    default: 'Filesystem',
    enum: ['Block', 'Filesystem'],
  })
    .tag(6)
    .optional(),
  volumeName: string('PersistentVolume that is bound to the claim.').tag(3).optional(),
});
export type PersistentVolumeClaimSpec = Infer<typeof PersistentVolumeClaimSpec>;

export const PersistentVolumeClaimTemplate = struct('PersistentVolumeClaimTemplate', 'A claim to be made for a pod.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PersistentVolumeClaimSpec, 'The storage that is wanted.').tag(2),
});
export type PersistentVolumeClaimTemplate = Infer<typeof PersistentVolumeClaimTemplate>;

/** The annotation that named a claim's StorageClass before there was a field for it. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

const SHORT_MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** Returns access modes in the form of tables: `RWO,ROX`. */
export const accessModesText = (modes: readonly string[] | undefined): string =>
  SHORT_MODES.filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
