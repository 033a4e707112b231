import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container, VolumeMount } from '../../api/pod/container/container.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { MountError } from '../contract/pod-volumes.ts';
import type { Device, Mount } from '../contract/runtime-config.ts';
import { PROPAGATION } from '../contract/runtime-config.ts';
import { expand } from '../spec/expansion.ts';
import { isRecursivelyReadOnly } from '../spec/recursive-read-only.ts';
import { imageDirectory } from './image-volumes.ts';
import type { PersistentMount } from './persistent-mount.ts';
import { bindSubPath, checkSubPath } from './sub-path.ts';
import { volumePath } from './volume-path.ts';
import { isPayloadVolume } from './volume-payload.ts';

const PROPAGATIONS: Readonly<Record<string, number>> = {
  None: PROPAGATION.PRIVATE,
  HostToContainer: PROPAGATION.HOST_TO_CONTAINER,
  Bidirectional: PROPAGATION.BIDIRECTIONAL,
};

export interface MountRequest {
  readonly pod: Live<Pod>;
  readonly container: Container;
  readonly mount: VolumeMount;
  /** The mount's place in the container's list. */
  readonly index: number;
  /** Expands subPathExpr. */
  readonly environment: ReadonlyMap<string, string>;
  /** The handler of the pod can make a mount read-only with all mounts below it. */
  readonly recursiveReadOnly: boolean;
  /** The pod's volumes of claims, by name. */
  readonly claimed?: ReadonlyMap<string, PersistentMount>;
  /** The directory of the content, if the volume is an image. */
  readonly content?: string | undefined;
}

/** One mount of a container as the runtime takes it; a path within a volume is bound first. @throws MountError */
export async function containerMount(
  { pod, container, mount, index, environment, recursiveReadOnly, claimed, content }: MountRequest,
  directories: PodDirectories,
  memoryDir: string,
): Promise<Mount> {
  const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
  if (!volume) throw new MountError(`volume "${mount.name}" is mounted but not defined`);
  const persistent = claimed?.get(volume.name);
  const subPath = mount.subPathExpr ? expand(mount.subPathExpr, (name) => environment.get(name)) : mount.subPath;
  if (subPath?.includes('$(')) throw new MountError(`missing value for ${JSON.stringify(mount.subPathExpr)}`);
  const hostPath = async () => {
    if (content !== undefined) return subPath ? imageSubPath(content, subPath) : content;
    const root = persistent?.path ?? volumePath(pod, volume, directories, memoryDir);
    const target = directories.subPath(pod.metadata.uid, volume.name, container.name, index);
    return subPath ? bindSubPath(root, subPath, target, { volumeMount: mount.name, container: container.name }) : root;
  };
  return {
    container_path: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    host_path: await hostPath(),
    // Files from the API are only ever the agent's to write, and those of an image nobody's.
    readonly:
      (mount.readOnly ?? false) || (persistent?.readOnly ?? volume.csi?.readOnly ?? false) || isPayloadVolume(volume) || volume.image !== undefined,
    ...(isRecursive(mount, recursiveReadOnly) ? { recursive_read_only: true } : {}),
    propagation: PROPAGATIONS[mount.mountPropagation ?? 'None'] ?? PROPAGATION.PRIVATE,
  };
}

function imageSubPath(content: string, subPath: string): Promise<string> {
  checkSubPath(subPath);
  return imageDirectory(content, subPath);
}

/** The volumes that a container gets as devices, as the runtime takes them. @throws MountError */
export function containerDevices({ volumeDevices = [] }: Container, claimed: ReadonlyMap<string, PersistentMount>): readonly Device[] {
  return volumeDevices.map(({ name, devicePath }) => {
    const volume = claimed.get(name);
    if (!volume?.device) throw new MountError(`volume ${JSON.stringify(name)} is a device of the container, but is no block volume`);
    return { container_path: devicePath, host_path: volume.path, permissions: volume.readOnly ? 'r' : 'mrw' };
  });
}

/** @throws MountError */
function isRecursive(mount: VolumeMount, supported: boolean): boolean {
  try {
    return isRecursivelyReadOnly(mount, supported);
  } catch (error) {
    throw new MountError(error instanceof Error ? error.message : String(error));
  }
}
