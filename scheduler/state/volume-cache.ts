import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { SELECTED_NODE, volumeClass } from '../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import type { CSINode } from '../../api/kinds/storage/csi-node.ts';
import type { CSIStorageCapacity } from '../../api/kinds/storage/csi-storage-capacity.ts';
import type { StorageClass } from '../../api/kinds/storage/storage-class.ts';
import type { VolumeAttachment } from '../../api/kinds/storage/volume-attachment.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { Claim, Volume, VolumeView } from './volume-view.ts';

/** Claims and volumes as the informers show them, overlaid with what decisions have assumed (upstream's assume caches). */
export interface VolumeCache extends VolumeView {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly storageClasses: Informer<StorageClass>;
  readonly csiDrivers: Informer<CSIDriver>;
  readonly csiNodes: Informer<CSINode>;
  readonly csiCapacities: Informer<CSIStorageCapacity>;
  readonly attachments: Informer<VolumeAttachment>;
  /** Shows these in the place of those of the informers, until `forget` or until an informer shows what was assumed. */
  assume(volumes: readonly Volume[], claims: readonly Claim[]): void;
  forget(volumes: readonly Volume[], claims: readonly Claim[]): void;
}

const RESERVED_FOR = 'scheduler-reserved-for';
const FREE_IN_CLASS = 'scheduler-free-in-class';

const ON_NODE = 'scheduler-on-node';
const OF_CLASS = 'scheduler-of-class';

export type VolumeInformers = Pick<
  VolumeCache,
  'claims' | 'volumes' | 'storageClasses' | 'csiDrivers' | 'csiNodes' | 'csiCapacities' | 'attachments'
>;

export function createVolumeCache(informers: VolumeInformers): VolumeCache {
  const { claims, volumes, storageClasses, csiDrivers, csiNodes, csiCapacities, attachments } = informers;
  attachments.addIndex(ON_NODE, ({ spec }) => [spec.nodeName]);
  csiCapacities.addIndex(OF_CLASS, ({ storageClassName }) => [storageClassName]);
  const assumedVolumes = new Map<string, Volume>();
  const assumedClaims = new Map<string, Claim>();
  volumes.addIndex(RESERVED_FOR, ({ spec }) => (spec?.claimRef ? [`${spec.claimRef.namespace}/${spec.claimRef.name}`] : []));
  volumes.addIndex(FREE_IN_CLASS, (volume) => (!volume.spec?.claimRef && volume.status?.phase === 'Available' ? [volumeClass(volume)] : []));
  const volumeSeen = ({ metadata, spec }: Volume) => {
    if (spec?.claimRef) assumedVolumes.delete(metadata.name);
  };
  volumes.on({ add: volumeSeen, update: volumeSeen, delete: ({ metadata }) => void assumedVolumes.delete(metadata.name) });
  const idOf = (claim: Claim) => keyText(keyOf(claim));
  claims.on({
    update(claim) {
      if (claim.spec?.volumeName || claim.metadata.annotations?.[SELECTED_NODE] !== undefined) assumedClaims.delete(idOf(claim));
    },
    delete: (claim) => void assumedClaims.delete(idOf(claim)),
  });
  const current = (volume: Volume): Volume => assumedVolumes.get(volume.metadata.name) ?? volume;

  return {
    ...informers,
    csiDriver: (name) => csiDrivers.get({ namespace: '', name }),
    csiNode: (name) => csiNodes.get({ namespace: '', name }),
    attachmentsOn: (node) => attachments.byIndex(ON_NODE, node),
    capacitiesOf: (className) => csiCapacities.byIndex(OF_CLASS, className),
    claim: (namespace, name) => assumedClaims.get(`${namespace}/${name}`) ?? claims.get({ namespace, name }),
    volume: (name) => assumedVolumes.get(name) ?? volumes.get({ namespace: '', name }),
    candidates(claim) {
      const found = [...volumes.byIndex(RESERVED_FOR, idOf(claim)), ...volumes.byIndex(FREE_IN_CLASS, claimClass(claim))];
      return assumedVolumes.size === 0 ? found : found.map(current);
    },
    storageClass: (name) => storageClasses.get({ namespace: '', name }),
    assume(volumesToAssume, claimsToAssume) {
      for (const volume of volumesToAssume) assumedVolumes.set(volume.metadata.name, volume);
      for (const claim of claimsToAssume) assumedClaims.set(idOf(claim), claim);
    },
    forget(volumesToForget, claimsToForget) {
      for (const { metadata } of volumesToForget) assumedVolumes.delete(metadata.name);
      for (const claim of claimsToForget) assumedClaims.delete(idOf(claim));
    },
  };
}
