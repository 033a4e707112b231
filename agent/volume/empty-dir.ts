import { chmod, chown } from 'node:fs/promises';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import { pageSizeOf } from '../spec/huge-pages.ts';
import { podCgroup, requestsOf } from '../spec/pod-resources.ts';
import type { Allocatable } from '../spec/resource-field.ts';
import { isMountPoint, mountHugePages, mountTmpfs } from './mount-command.ts';

type EmptyDir = NonNullable<Volume['emptyDir']>;

/**
 * Returns the size of a volume in memory, in bytes: the least of what pods may use of the node, the limit of the pod's memory and the volume's own
 * (pkg/volume/emptydir, calculateEmptyDirMemorySize). Undefined if none of them is set.
 */
export function memoryVolumeBytes(pod: Pod, { sizeLimit }: EmptyDir, allocatable: Allocatable): number | undefined {
  const bytes = (amount: string | undefined) => (amount === undefined ? 0 : valueOfQuantity(amount));
  const bounds = [bytes(allocatable.memory), podCgroup(pod, '').memoryLimitBytes, bytes(sizeLimit)].filter((bound) => bound > 0);
  return bounds.length === 0 ? undefined : Math.min(...bounds);
}

const HUGE_PAGES = 'HugePages';
const SIZED_HUGE_PAGES = `${HUGE_PAGES}-`;

/**
 * Returns the size of the pages that a medium stands for, in bytes: that of `HugePages-2Mi`, or of `HugePages` the only one that the pod asks for.
 * @throws Error in the words of kubelet (pkg/volume/emptydir, getPageSizeMountOption) if the pod asks for none of that size, or for several
 */
export function mediumPageSize({ spec }: Pod, medium: string): number {
  const named = medium === HUGE_PAGES ? undefined : valueOfQuantity(medium.slice(SIZED_HUGE_PAGES.length));
  const holders = [{ resources: spec?.resources }, ...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const asked = new Set(holders.flatMap(({ resources }) => Object.keys(requestsOf(resources)).map(pageSizeOf)));
  asked.delete(undefined);
  const [size, another] = [...asked].filter((each) => named === undefined || each === named);
  if (size === undefined) throw new Error(`medium ${medium}: hugePages storage requested, but there is no resource request for huge pages`);
  if (another !== undefined) throw new Error(`medium: ${medium} can't be used if container requests multiple huge page sizes`);
  return size;
}

/** Mounts what the content is kept in; nothing if that is the disk. A volume that has been mounted already stays. */
async function mountMedium(path: string, pod: Pod, emptyDir: EmptyDir, allocatable: Allocatable): Promise<void> {
  const { medium = '' } = emptyDir;
  if (medium === '') return;
  const isHugePages = medium === HUGE_PAGES || medium.startsWith(SIZED_HUGE_PAGES);
  if (medium !== 'Memory' && !isHugePages) throw new Error(`unknown storage medium ${JSON.stringify(medium)}`);
  if (await isMountPoint(path)) return;
  if (isHugePages) await mountHugePages(path, mediumPageSize(pod, medium));
  else await mountTmpfs(path, memoryVolumeBytes(pod, emptyDir, allocatable));
}

/** Makes the content of an emptyDir's directory ready for the pod's containers. @throws Error if its medium cannot be had */
export async function prepareEmptyDir(path: string, pod: Pod, emptyDir: EmptyDir, allocatable: Allocatable): Promise<void> {
  const group = pod.spec?.securityContext?.fsGroup;
  await mountMedium(path, pod, emptyDir, allocatable);
  if (group !== undefined) await chown(path, 0, group);
  // The set-group-id bit hands the pod's group on to what is made inside. A tmpfs has the sticky bit from its mount on.
  await chmod(path, 0o777 | (group === undefined ? 0 : 0o2000) | (emptyDir.medium === 'Memory' ? 0o1000 : 0));
}
