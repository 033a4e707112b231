import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BIND_COMPLETED, volumeClass } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import type { BindingMetrics } from './metrics.ts';

/** The parts that the steps of the binder share. */
export interface BinderParts {
  readonly env: ControllerEnv;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly storageClasses: Informer<StorageClass>;
  readonly pods: Informer<Pod>;
  /** UIDs of the claims that volumes are being bound to, by the volumes' names, until the informer shows the binding. */
  readonly reservations: Map<string, string>;
  readonly metrics: BindingMetrics;
  /** Deletes a directory of this machine with all it holds. */
  readonly deleteDirectory: (path: string) => Promise<void>;
}

const RESERVED_FOR = 'binder-reserved-for';
const FREE_IN_CLASS = 'binder-free-in-class';
const UNBOUND_IN_CLASS = 'binder-unbound-in-class';
const NAMING_VOLUME = 'binder-naming-volume';

/** Whether any claim may get the volume. */
export const isFree = ({ spec, status }: Live<PersistentVolume>): boolean => !spec?.claimRef && status?.phase === 'Available';

/** Declares the indexes by which volumes and claims find each other. */
export function indexBindings({ volumes, claims }: Pick<BinderParts, 'volumes' | 'claims'>): void {
  volumes.addIndex(RESERVED_FOR, ({ spec }) => (spec?.claimRef ? [`${spec.claimRef.namespace}/${spec.claimRef.name}`] : []));
  volumes.addIndex(FREE_IN_CLASS, (volume) => (isFree(volume) ? [volumeClass(volume)] : []));
  claims.addIndex(UNBOUND_IN_CLASS, (claim) => (claim.metadata.annotations?.[BIND_COMPLETED] === undefined ? [claimClass(claim)] : []));
  claims.addIndex(NAMING_VOLUME, ({ spec }) => (spec?.volumeName ? [spec.volumeName] : []));
}

export const volumesReservedFor = (volumes: Informer<PersistentVolume>, claim: ObjectKey): readonly Live<PersistentVolume>[] =>
  volumes.byIndex(RESERVED_FOR, keyText(claim));
export const freeVolumesIn = (volumes: Informer<PersistentVolume>, className: string): readonly Live<PersistentVolume>[] =>
  volumes.byIndex(FREE_IN_CLASS, className);
export const unboundClaimsIn = (claims: Informer<PersistentVolumeClaim>, className: string): readonly Live<PersistentVolumeClaim>[] =>
  claims.byIndex(UNBOUND_IN_CLASS, className);
export const claimsNaming = (claims: Informer<PersistentVolumeClaim>, volume: string): readonly Live<PersistentVolumeClaim>[] =>
  claims.byIndex(NAMING_VOLUME, volume);
