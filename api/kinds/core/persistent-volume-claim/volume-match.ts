import type { Live } from '../../../meta/object.ts';
import type { NodePredicate, SelectableNode } from '../../../pod/placement/node-affinity.ts';
import { compileNodeSelector } from '../../../pod/placement/node-affinity.ts';
import { compareQuantities } from '../../../schema/quantity.ts';
import { selectorFrom } from '../../../selector/selector.ts';
import type { PersistentVolume, VolumeNodeAffinity } from '../persistent-volume/schema.ts';
import { claimClass } from './class.ts';
import type { PersistentVolumeClaim } from './schema.ts';
import { isClaimedBy, volumeClass } from './volume-binding.ts';

type Volume = Live<PersistentVolume>;
type Claim = Live<PersistentVolumeClaim>;

export const storageOf = (amounts: Readonly<Record<string, string>> | undefined): string => amounts?.storage ?? '0';
export const requestedStorage = ({ spec }: PersistentVolumeClaim): string => storageOf(spec?.resources?.requests);
export const volumeModeOf = (spec: { readonly volumeMode?: string | undefined } | undefined): string => spec?.volumeMode ?? 'Filesystem';

/** Whether a volume offers every access mode that a claim asks for. */
export const offersModes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode));

const compiled = new WeakMap<VolumeNodeAffinity, NodePredicate>();

/** Whether a volume can be reached from a node. */
export function isReachableFrom({ spec }: PersistentVolume, node: SelectableNode): boolean {
  const affinity = spec?.nodeAffinity;
  if (!affinity?.required) return true;
  let matches = compiled.get(affinity);
  if (!matches) {
    matches = compileNodeSelector(affinity.required);
    compiled.set(affinity, matches);
  }
  return matches(node);
}

/** Returns why a volume that a claim names cannot be bound to it; undefined if it can. */
export function mismatchOf(volume: Volume, claim: Claim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (compareQuantities(storageOf(volume.spec?.capacity), requestedStorage(claim)) < 0) return 'requested PV is too small';
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName does not match';
  if (!hasAttributesOf(volume, claim)) return 'volumeAttributesClassName does not match';
  if (volumeModeOf(volume.spec) !== volumeModeOf(claim.spec)) return 'incompatible volumeMode';
  return offersModes(volume, claim) ? undefined : 'incompatible accessMode';
}

const hasAttributesOf = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '');

export interface MatchOptions {
  /** Volumes that are taken: by other claims of the pod, or by bindings under way. */
  readonly isTaken?: (volume: Volume) => boolean;
  /** The node that must reach the volume: the scheduler's side. */
  readonly node?: SelectableNode;
  /** Only a volume that is reserved for the claim counts: the scheduler chooses among the others. */
  readonly reservedOnly?: boolean;
}

/**
 * Finds the volume for a claim: the one that is reserved for it, otherwise the smallest of those that offer what it asks for, and of those
 * the one with the fewest access modes first (upstream's persistentVolumeOrderedIndex and FindMatchingVolume). Returns undefined if there is none.
 */
export function findMatchingVolume(claim: Claim, volumes: Iterable<Volume>, options: MatchOptions = {}): Volume | undefined {
  const { isTaken, node, reservedOnly = false } = options;
  const wanted = requestedStorage(claim);
  const className = claimClass(claim);
  const selector = claim.spec?.selector && selectorFrom(claim.spec.selector);
  let best: Volume | undefined;
  for (const volume of volumes) {
    const { spec, metadata } = volume;
    if (isTaken?.(volume)) continue;
    const reserved = isClaimedBy(volume, claim);
    if (spec?.claimRef && !reserved) continue;
    if (metadata.deletionTimestamp !== undefined || volumeModeOf(spec) !== volumeModeOf(claim.spec)) continue;
    if (compareQuantities(storageOf(spec?.capacity), wanted) < 0 || !offersModes(volume, claim)) continue;
    const reachable = node === undefined || isReachableFrom(volume, node);
    if (reserved) return reachable ? volume : undefined;
    if (reservedOnly || !reachable || volume.status?.phase !== 'Available') continue;
    if (volumeClass(volume) !== className || !hasAttributesOf(volume, claim)) continue;
    if (selector && !selector.matches(metadata.labels ?? {})) continue;
    if (!best || isBetter(volume, best)) best = volume;
  }
  return best;
}

function isBetter(volume: Volume, best: Volume): boolean {
  const modes = (volume.spec?.accessModes?.length ?? 0) - (best.spec?.accessModes?.length ?? 0);
  return modes < 0 || (modes === 0 && compareQuantities(storageOf(volume.spec?.capacity), storageOf(best.spec?.capacity)) < 0);
}
