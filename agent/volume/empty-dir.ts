import { chmod, chown } from 'node:fs/promises';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import { podCgroup } from '../spec/pod-resources.ts';
import type { Allocatable } from '../spec/resource-field.ts';
import { isMountPoint, mountTmpfs } from './mount-command.ts';

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

/** Makes the content of an emptyDir's directory ready for the pod's containers. */
export async function prepareEmptyDir(path: string, pod: Pod, emptyDir: EmptyDir, allocatable: Allocatable): Promise<void> {
  const { medium } = emptyDir;
  const group = pod.spec?.securityContext?.fsGroup;
  if (medium === 'Memory' && !(await isMountPoint(path))) await mountTmpfs(path, memoryVolumeBytes(pod, emptyDir, allocatable));
  if (group !== undefined) await chown(path, 0, group);
  // The set-group-id bit hands the pod's group on to what is made inside. A tmpfs has the sticky bit from its mount on.
  await chmod(path, 0o777 | (group === undefined ? 0 : 0o2000) | (medium === 'Memory' ? 0o1000 : 0));
}
