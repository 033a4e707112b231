import { ageColumn, nameColumn, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { accessModesText, BETA_STORAGE_CLASS } from '../../../pod/volume/persistent-volume-claim.ts';
import { persistentVolumeStrategy } from './rules.ts';
import { PersistentVolume } from './schema.ts';

export { PersistentVolume, PersistentVolumeSpec } from './schema.ts';

/** Keeps a volume while it is bound to a claim. */
export const PV_PROTECTION_FINALIZER = 'kubernetes.io/pv-protection';

const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  shown('Capacity', 'Its size.', ({ spec }) => spec?.capacity?.storage ?? '0'),
  shown('Access Modes', 'The ways in which it can be mounted.', ({ spec }) => accessModesText(spec?.accessModes)),
  shown('Reclaim Policy', 'What happens to it when its claim is gone.', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
  shown('Status', 'Its phase.', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))),
  shown('Claim', 'The claim that it is bound to.', ({ spec }) =>
    spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
  ),
  shown(
    'StorageClass',
    'The class that it belongs to.',
    ({ metadata, spec }) => metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '',
  ),
  shown('VolumeAttributesClass', 'The attributes that it has.', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  shown('Reason', 'Why it failed.', ({ status }) => status?.reason ?? ''),
  ageColumn,
  wide('VolumeMode', 'Filesystem or Block.', ({ spec }) => spec?.volumeMode ?? '<unset>'),
];

export const persistentVolumes = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
  shortNames: ['pv'],
  schema: PersistentVolume,
  columns: persistentVolumeColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: persistentVolumeStrategy,
  deletion: { returnsObject: true },
});
