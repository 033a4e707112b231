import type { Live } from '../../../meta/object.ts';
import type { PersistentVolumeClaimSpec } from '../../../pod/volume/persistent-volume-claim.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../persistent-volume/index.ts';
import type { PersistentVolumeClaim } from './index.ts';

/** Volumes and claims for tests. */

type Extra<T extends { metadata?: unknown; status?: unknown }> = {
  readonly metadata?: Partial<Live<PersistentVolume>['metadata']>;
  readonly status?: T['status'];
};

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });

export const aVolume = (name: string, spec: Partial<PersistentVolumeSpec> = {}, extra: Extra<PersistentVolume> = {}): Live<PersistentVolume> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { ...metadata(name), ...extra.metadata },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    volumeMode: 'Filesystem',
    hostPath: { path: `/tmp/${name}` },
    ...spec,
  },
  status: extra.status ?? { phase: 'Available' },
});

export const aClaim = (
  name: string,
  spec: Partial<PersistentVolumeClaimSpec> = {},
  extra: Extra<PersistentVolumeClaim> = {},
): Live<PersistentVolumeClaim> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { ...metadata(name), namespace: 'default', ...extra.metadata },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } }, ...spec },
  status: extra.status ?? { phase: 'Pending' },
});

/** The reference of a volume to a claim; with an empty `uid` that of a person, who knows the name alone. */
export const refTo = (claim: Live<PersistentVolumeClaim>, uid = claim.metadata.uid) => ({
  kind: 'PersistentVolumeClaim',
  apiVersion: 'v1',
  namespace: 'default',
  name: claim.metadata.name,
  ...(uid === '' ? {} : { uid }),
});

/** A claim that is bound to a volume. */
export const boundClaim = (name: string, volumeName: string, spec: Partial<PersistentVolumeClaimSpec> = {}): Live<PersistentVolumeClaim> =>
  aClaim(
    name,
    { volumeName, ...spec },
    {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
    },
  );
