import type { Live } from '../../../meta/object.ts';
import { BETA_STORAGE_CLASS } from '../../../pod/volume/persistent-volume-claim.ts';
import type { PersistentVolume } from '../persistent-volume/schema.ts';
import type { PersistentVolumeClaim } from './schema.ts';

/**
 * The protocol by which volumes and claims are bound, for all who take part in it: the binder, the scheduler, provisioners
 * (k8s.io/component-helpers/storage/volume).
 */

/** On claims: the binding has been completed once. A claim that has it and lost its volume is Lost, not Pending. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On claims and volumes: the reference to the other was set by a program, not by a person. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On claims: the node that the scheduler wants the volume provisioned for. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On volumes: the provisioner that made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On claims: the provisioner that is to make a volume. The beta name is written beside the stable one. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** On volumes: an outside program looks after it in the place of the binder. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** The provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** Whether a volume is bound or reserved for the claim: by name, and by UID where the reference has one. */
export function isClaimedBy({ spec }: PersistentVolume, { metadata }: Live<PersistentVolumeClaim>): boolean {
  const ref = spec?.claimRef;
  if (!ref || ref.name !== metadata.name || ref.namespace !== metadata.namespace) return false;
  return !ref.uid || ref.uid === metadata.uid;
}

/** Whether both halves of a claim's binding are written. */
export const isFullyBound = ({ metadata, spec }: Live<PersistentVolumeClaim>): boolean =>
  Boolean(spec?.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** Returns the volume with its reference to the claim; the volume itself if it has that already. */
export function boundToClaim(volume: Live<PersistentVolume>, claim: Live<PersistentVolumeClaim>): Live<PersistentVolume> {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const ref = volume.spec?.claimRef;
  const byController = !isClaimedBy(volume, claim) && volume.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined;
  const refers = ref !== undefined && ref.name === name && ref.namespace === namespace && ref.uid === uid;
  if (refers && !byController) return volume;
  const claimRef = refers ? ref : { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
  const metadata = byController
    ? { ...volume.metadata, annotations: { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' } }
    : volume.metadata;
  return { ...volume, metadata, spec: { ...volume.spec, claimRef } };
}

/** Returns the StorageClass of a volume; empty if it belongs to none. The old annotation wins. */
export const volumeClass = ({ metadata, spec }: PersistentVolume): string =>
  metadata?.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
