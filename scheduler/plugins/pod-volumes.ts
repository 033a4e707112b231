import { claimClass } from '../../api/kinds/core/persistent-volume-claim/class.ts';
import { isFullyBound, NO_PROVISIONER, SELECTED_NODE } from '../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { findMatchingVolume, isReachableFrom, requestedStorage } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { StorageClass } from '../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../api/meta/object.ts';
import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import { claimNameOf } from '../../api/pod/volume/claim-name.ts';
import type { Volume as PodVolume } from '../../api/pod/volume/volume.ts';
import { compareQuantities } from '../../api/schema/quantity.ts';
import { selectorFrom } from '../../api/selector/selector.ts';
import type { Claim, Volume, VolumeView } from '../state/volume-view.ts';

/** The claims of a pod by what is to be done for them. */
export interface PodClaims {
  readonly bound: readonly Claim[];
  /** They get a volume once the pod's node is known. The smallest comes first. */
  readonly delayed: readonly Claim[];
}

/** Writes that a pod's claims need before it can be bound to a node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly claim: Claim; readonly volume: Volume }[];
  /** Claims that a provisioner is to make volumes for, on that node. */
  readonly provisions: readonly Claim[];
}

const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const OUT_OF_REACH = "node(s) didn't match PersistentVolume's node affinity";
const NO_SPACE = 'node(s) did not have enough free storage';
const VOLUME_GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/**
 * Finds the claims of a pod and sorts them (upstream's podHasPVCs and GetPodVolumeClaims). Returns undefined if it has none.
 * @returns a text if the pod cannot be scheduled anywhere now
 */
export function claimsOf({ metadata, spec }: Live<Pod>, view: VolumeView): PodClaims | string | undefined {
  let claims: Claim[] | undefined;
  for (const volume of spec?.volumes ?? []) {
    const name = claimNameOf(metadata.name, volume);
    if (name === undefined) continue;
    const claim = view.claim(metadata.namespace ?? '', name);
    const fault = faultOf(claim, name, volume, metadata);
    if (fault !== undefined) return fault;
    claims ??= [];
    if (claim) claims.push(claim);
  }
  if (!claims) return undefined;
  const bound = claims.filter(isFullyBound);
  const unbound = claims.filter((claim) => !isFullyBound(claim));
  if (unbound.some((claim) => !isDelayed(claim, view))) return 'pod has unbound immediate PersistentVolumeClaims';
  return { bound, delayed: unbound.sort((a, b) => compareQuantities(requestedStorage(a), requestedStorage(b))) };
}

function faultOf(claim: Claim | undefined, name: string, { ephemeral }: PodVolume, pod: Live<Pod>['metadata']): string | undefined {
  const quoted = JSON.stringify(name);
  if (!claim) {
    return ephemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`
      : `persistentvolumeclaim ${quoted} not found`;
  }
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${JSON.stringify(claim.spec?.volumeName ?? '')}`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim ${quoted} is being deleted`;
  const isOwn = !ephemeral || claim.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === pod.uid);
  return isOwn ? undefined : `PVC ${pod.namespace}/${name} was not created for pod ${pod.namespace}/${pod.name} (pod is not the owner)`;
}

/** A claim that names a volume waits for the binder, whatever its class. */
const isDelayed = (claim: Claim, view: VolumeView): boolean =>
  !claim.spec?.volumeName && view.storageClass(claimClass(claim))?.volumeBindingMode === 'WaitForFirstConsumer';

/** Decides about a pod's volumes on a node (upstream's FindPodVolumes). @returns the reasons why the node cannot have them, otherwise */
export function volumesOn({ bound, delayed }: PodClaims, node: SelectableNode, view: VolumeView): PodVolumes | readonly string[] {
  const reasons: string[] = [];
  for (const claim of bound) {
    const volume = view.volume(claim.spec?.volumeName ?? '');
    if (volume && isReachableFrom(volume, node)) continue;
    reasons.push(volume ? OUT_OF_REACH : VOLUME_GONE);
    break;
  }
  const chosen = delayed.length === 0 ? NOTHING : chooseVolumes(delayed, node, view);
  if (typeof chosen !== 'string') return reasons.length > 0 ? reasons : chosen;
  return [...reasons, chosen];
}

const NOTHING: PodVolumes = { bindings: [], provisions: [] };

/** @returns the reason if the node has no volume for one of the claims, and none can be made */
function chooseVolumes(claims: readonly Claim[], node: SelectableNode, view: VolumeView): PodVolumes | string {
  const bindings: { claim: Claim; volume: Volume }[] = [];
  const provisions: Claim[] = [];
  const taken = new Set<string>();
  const isTaken = ({ metadata }: Volume) => taken.has(metadata.name);
  for (const claim of claims) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== node.name) return NO_VOLUME;
    const volume = selected === undefined ? findMatchingVolume(claim, view.candidates(claim), { node, isTaken }) : undefined;
    if (volume) {
      taken.add(volume.metadata.name);
      bindings.push({ claim, volume });
    } else {
      const storageClass = view.storageClass(claimClass(claim));
      if (!storageClass || !canProvision(storageClass, node)) return NO_VOLUME;
      if (!hasSpaceFor(claim, storageClass, node, view)) return NO_SPACE;
      provisions.push(claim);
    }
  }
  return { bindings, provisions };
}

function canProvision({ provisioner, allowedTopologies = [] }: StorageClass, { labels }: SelectableNode): boolean {
  if (provisioner === '' || provisioner === NO_PROVISIONER) return false;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values?.includes(labels[key] ?? '') ?? false),
  );
}

/** Whether a driver that tells how much it has left can make the volume for a node (upstream's hasEnoughCapacity). */
function hasSpaceFor(claim: Claim, { metadata, provisioner }: Live<StorageClass>, { labels }: SelectableNode, view: VolumeView): boolean {
  if (!view.csiDriver(provisioner)?.spec.storageCapacity) return true;
  const wanted = requestedStorage(claim);
  return view.capacitiesOf(metadata.name).some(({ capacity, maximumVolumeSize, nodeTopology }) => {
    const limit = maximumVolumeSize ?? capacity;
    return limit !== undefined && compareQuantities(limit, wanted) >= 0 && nodeTopology !== undefined && selectorFrom(nodeTopology).matches(labels);
  });
}
