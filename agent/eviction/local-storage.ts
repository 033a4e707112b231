import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podLimits } from '../../api/kinds/core/pod/index.ts';
import { canonicalQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import type { PodUse } from './pod-usage.ts';
import { diskOf } from './ranking.ts';

const STORAGE = 'ephemeral-storage';

/** A pod that takes more of the disk than it may. */
export interface StorageExcess {
  /** As kubelet's metric of evictions names it. */
  readonly signal: 'emptydirfs.limit' | 'ephemeralpodfs.limit' | 'ephemeralcontainerfs.limit';
  readonly message: string;
}

/** Whether any limit of the pod has to be looked after. */
export function hasStorageLimit(pod: Pod): boolean {
  const volumes = (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined && !emptyDir.medium);
  return volumes || podLimits(pod)[STORAGE] !== undefined;
}

/**
 * Finds the first limit that a pod exceeds, in kubelet's order and words (pkg/kubelet/eviction, localStorageEviction): an emptyDir's, that of the
 * pod as a whole, that of a container. Returns undefined if there is none.
 * @param dedicatedImages writable layers have a file system of their own, and do not count for a container's limit
 */
export function storageExcess(pod: Pod, use: PodUse, dedicatedImages: boolean): StorageExcess | undefined {
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    const used = use.volumes.get(name)?.bytes;
    if (limit === undefined || used === undefined || valueOfQuantity(limit) <= 0 || used <= valueOfQuantity(limit)) continue;
    return { signal: 'emptydirfs.limit', message: `Usage of EmptyDir volume "${name}" exceeds the limit "${canonicalQuantity(limit)}". ` };
  }
  const ofPod = podLimits(pod)[STORAGE];
  if (ofPod !== undefined && diskOf(use, { layers: true, files: true }).bytes > valueOfQuantity(ofPod)) {
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers ${canonicalQuantity(ofPod)}. `;
    return { signal: 'ephemeralpodfs.limit', message };
  }
  for (const { name, resources } of pod.spec?.containers ?? []) {
    const limit = resources?.limits?.[STORAGE];
    const container = use.containers.find((each) => each.name === name);
    if (limit === undefined || valueOfQuantity(limit) === 0 || !container) continue;
    const used = container.logs.bytes + (dedicatedImages ? 0 : container.rootfs.bytes);
    if (used <= valueOfQuantity(limit)) continue;
    return {
      signal: 'ephemeralcontainerfs.limit',
      message: `Container ${name} exceeded its local ephemeral storage limit "${canonicalQuantity(limit)}". `,
    };
  }
  return undefined;
}
