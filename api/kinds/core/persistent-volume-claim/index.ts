import { ageColumn, nameColumn, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { accessModesText } from '../../../pod/volume/persistent-volume-claim.ts';
import { claimClass } from './class.ts';
import { persistentVolumeClaimQuota } from './quota.ts';
import { persistentVolumeClaimStrategy } from './rules.ts';
import { PersistentVolumeClaim } from './schema.ts';

export { PersistentVolumeClaim } from './schema.ts';

/** Keeps a claim while a pod uses it. */
export const PVC_PROTECTION_FINALIZER = 'kubernetes.io/pvc-protection';

const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  shown('Status', 'Its phase.', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))),
  shown('Volume', 'The volume that it is bound to.', ({ spec }) => spec?.volumeName ?? ''),
  shown('Capacity', 'The size of the volume.', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.storage ?? '0') : '')),
  shown('Access Modes', 'The ways in which the volume can be mounted.', ({ spec, status }) =>
    spec?.volumeName ? accessModesText(status?.accessModes) : '',
  ),
  shown('StorageClass', 'The class that it names.', claimClass),
  shown('VolumeAttributesClass', 'The attributes that it names.', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  ageColumn,
  wide('VolumeMode', 'Filesystem or Block.', ({ spec }) => spec?.volumeMode ?? '<unset>'),
];

export const persistentVolumeClaims = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  shortNames: ['pvc'],
  schema: PersistentVolumeClaim,
  columns: persistentVolumeClaimColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  quota: persistentVolumeClaimQuota,
  strategy: persistentVolumeClaimStrategy,
  deletion: { returnsObject: true },
});
