import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { isFullyBound } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { CSIDriver } from '../../../api/kinds/storage/csi-driver.ts';
import { attachmentName, csiVolumeName, csiVolumeOf } from '../../../api/kinds/storage/csi-names.ts';
import type { VolumeAttachment } from '../../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { indexByNode, podsOnNode } from '../../_shared/node-pods.ts';
import { claimKeys, indexByClaim, podsOfClaim } from '../../_shared/pods-by-claim.ts';
import type { ObservedNode, WantedVolume } from './plan.ts';

export interface AttachDetachKinds {
  readonly nodes: Kind<Node>;
  readonly pods: Kind<Pod>;
  readonly persistentVolumes: Kind<PersistentVolume>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
  readonly csiDrivers: Kind<CSIDriver>;
  readonly volumeAttachments: Kind<VolumeAttachment>;
}

/** The informers that the controller reads. */
export interface AttachDetachSources {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly volumes: Informer<PersistentVolume>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly drivers: Informer<CSIDriver>;
  readonly attachments: Informer<VolumeAttachment>;
}

const BY_NODE = 'attached-node';
const BY_DRIVER = 'csi-driver';
const BY_VOLUME = 'attached-volume';
/** Nodes whose volumes are attached by this controller, not by their own agents. */
const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export function sourcesOf({ informers }: ControllerEnv, kinds: AttachDetachKinds): AttachDetachSources {
  const sources = {
    nodes: informers.of(kinds.nodes),
    pods: informers.of(kinds.pods),
    volumes: informers.of(kinds.persistentVolumes),
    claims: informers.of(kinds.persistentVolumeClaims),
    drivers: informers.of(kinds.csiDrivers),
    attachments: informers.of(kinds.volumeAttachments),
  };
  indexByNode(sources.pods);
  indexByClaim(sources.pods);
  sources.attachments.addIndex(BY_NODE, ({ spec }) => [spec.nodeName]);
  sources.attachments.addIndex(BY_VOLUME, ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []));
  sources.volumes.addIndex(BY_DRIVER, ({ spec }) => (spec?.csi ? [spec.csi.driver] : []));
  return sources;
}

export const volumesOfDriver = ({ volumes }: AttachDetachSources, driver: string): readonly Live<PersistentVolume>[] =>
  volumes.byIndex(BY_DRIVER, driver);

/** Whether a pod needs no volumes any more: it is over, or it is being deleted and nothing of it runs. */
export function isOver({ metadata, status }: Live<Pod>): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  if (metadata.deletionTimestamp === undefined) return false;
  return (status?.containerStatuses ?? []).every(({ state }) => state?.running === undefined);
}

/** Returns the pods that use a volume, by the claim that it is bound to. */
export function usersOf({ pods }: AttachDetachSources, { spec }: PersistentVolume): readonly Live<Pod>[] {
  const { namespace = '', name = '' } = spec?.claimRef ?? {};
  return name === '' ? [] : podsOfClaim(pods, { namespace, name });
}

/** Returns the volumes that a pod's claims are bound to. */
export const volumesOf = ({ claims, volumes }: AttachDetachSources, pod: Live<Pod>): readonly Live<PersistentVolume>[] =>
  claimKeys(pod).flatMap((key) => {
    const claim = claims.get(key);
    const volume = claim && isFullyBound(claim) ? volumes.get({ namespace: '', name: claim.spec?.volumeName ?? '' }) : undefined;
    return volume?.spec?.claimRef?.uid === claim?.metadata.uid && volume ? [volume] : [];
  });

/** Returns the volume's name in the status of nodes if it has to be attached; otherwise undefined. */
export function attachedAs({ drivers }: AttachDetachSources, { spec }: PersistentVolume): string | undefined {
  const { csi } = spec ?? {};
  if (!csi || drivers.get({ namespace: '', name: csi.driver })?.spec.attachRequired === false) return undefined;
  return csiVolumeName({ driver: csi.driver, handle: csi.volumeHandle });
}

/** Reads what the decision about a node rests on. */
export function observeNode(sources: AttachDetachSources, name: string, unwantedMs: ObservedNode['unwantedMs']): ObservedNode {
  const node = sources.nodes.get({ namespace: '', name });
  const isManaged = node?.metadata.annotations?.[MANAGED] === 'true';
  return {
    name,
    gone: node === undefined,
    ready: node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    outOfService: node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false,
    inUse: new Set(node?.status?.volumesInUse ?? []),
    wanted: isManaged ? wantedOn(sources, name) : new Map<string, WantedVolume>(),
    attachments: attachmentsOf(sources, name, node),
    unwantedMs,
  };
}

function wantedOn(sources: AttachDetachSources, node: string): ReadonlyMap<string, WantedVolume> {
  const wanted = new Map<string, WantedVolume & { pods: Live<Pod>[] }>();
  for (const pod of podsOnNode(sources.pods, node)) {
    if (isOver(pod)) continue;
    for (const volume of volumesOf(sources, pod)) {
      const name = attachedAs(sources, volume);
      if (name === undefined) continue;
      const known = wanted.get(name);
      if (known) known.pods.push(pod);
      else wanted.set(name, { volume, driver: volume.spec?.csi?.driver ?? '', pods: [pod], ...elsewhere(sources, volume, node) });
    }
  }
  return wanted;
}

function elsewhere(sources: AttachDetachSources, volume: Live<PersistentVolume>, node: string): Pick<WantedVolume, 'elsewhere' | 'usersElsewhere'> {
  const attachments = sources.attachments.byIndex(BY_VOLUME, volume.metadata.name);
  const others = attachments.map(({ spec }) => spec.nodeName).filter((other) => other !== node);
  if (others.length === 0) return { elsewhere: others, usersElsewhere: [] };
  return {
    elsewhere: others,
    usersElsewhere: usersOf(sources, volume).filter((pod) => !isOver(pod) && others.includes(pod.spec?.nodeName ?? '')),
  };
}

/**
 * Finds the attachments of a node that this controller has made, by their names: those of volumes that are there, and those that the node's status
 * names. Attachments that others make for purposes of their own are left alone.
 */
function attachmentsOf(
  { attachments, volumes }: AttachDetachSources,
  name: string,
  node: Live<Node> | undefined,
): ReadonlyMap<string, Live<VolumeAttachment>> {
  const found = new Map<string, Live<VolumeAttachment>>();
  const told = (node?.status?.volumesAttached ?? []).map((attached) => csiVolumeOf(attached.name)).filter((id) => id !== undefined);
  for (const attachment of attachments.byIndex(BY_NODE, name)) {
    const csi = volumes.get({ namespace: '', name: attachment.spec.source.persistentVolumeName ?? '' })?.spec?.csi;
    const ids = csi ? [{ driver: csi.driver, handle: csi.volumeHandle }] : told;
    const id = ids.find((each) => attachmentName(each, name) === attachment.metadata.name);
    if (id) found.set(csiVolumeName(id), attachment);
  }
  return found;
}
