import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Image } from './runtime.ts';
import type { Device, Mount } from './runtime-config.ts';
import type { MeasurableVolume } from './volume-stats.ts';

/** The volumes of pods on this node. */
export interface PodVolumes {
  /**
   * Makes all volumes of the pod, or those that are not there yet; safe to repeat.
   * @param ending ends waits for what others have to do first
   * @throws MountError naming the volume
   */
  setUp(pod: Live<Pod>, ending: AbortSignal): Promise<void>;
  /** The mounts of a container. @throws MountError */
  mounts(pod: Live<Pod>, container: Container, sources: MountSources): Promise<readonly Mount[]>;
  /** The volumes that a container gets as devices (`volumeDevices`). @throws MountError */
  devices(pod: Live<Pod>, container: Container): readonly Device[];
  /** The directory of one of the pod's volumes of type emptyDir. Returns undefined if it has no such volume. */
  emptyDir(pod: Live<Pod>, volume: string): string | undefined;
  /** The pod's metadata changed: downward-API files follow. */
  podChanged(pod: Live<Pod>): void;
  /** The ids of the images that are volumes of pods. */
  imagesInUse(): Promise<ReadonlySet<string>>;
  /** Lists the volumes of all pods that the node can measure by itself. */
  measurable(): readonly MeasurableVolume[];
  /** Unmounts and removes everything of the pod; safe to repeat, also after a restart of the agent. */
  tearDown(podUid: string): Promise<void>;
}

/** The sources of a container's mounts beside the pod's volumes. */
export interface MountSources {
  /** Expands subPathExpr. */
  readonly environment: ReadonlyMap<string, string>;
  /** The images of the volumes that the container mounts, by the volumes' names. */
  readonly images: ReadonlyMap<string, Image>;
  /** The handler of the pod can make a mount read-only with all mounts below it. */
  readonly recursiveReadOnly: boolean;
}

/** A volume cannot be used. */
export class MountError extends Error {
  override readonly name = 'MountError';
  /** The reason of the pod's event. */
  readonly reason: 'FailedMount' | 'FailedMapVolume';
  constructor(message: string, reason: 'FailedMount' | 'FailedMapVolume' = 'FailedMount') {
    super(message);
    this.reason = reason;
  }
}

/** The content of an image cannot be mounted. A runtime that mounts it by itself says so as it makes the container, and in these words. */
export class ImageVolumeError extends MountError {
  constructor(why: string, cause?: unknown) {
    super(`ImageVolumeMountFailed: ${why}`);
    this.cause = cause;
  }
}
