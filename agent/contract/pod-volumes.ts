import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Device, Mount } from './runtime-config.ts';

/** The volumes of pods on this node. */
export interface PodVolumes {
  /**
   * Makes all volumes of the pod, or those that are not there yet; safe to repeat.
   * @param ending ends waits for what others have to do first
   * @throws MountError naming the volume
   */
  setUp(pod: Live<Pod>, ending: AbortSignal): Promise<void>;
  /** The mounts of a container; `environment` expands subPathExpr. @throws MountError */
  mounts(pod: Live<Pod>, container: Container, environment: ReadonlyMap<string, string>): Promise<readonly Mount[]>;
  /** The volumes that a container gets as devices (`volumeDevices`). @throws MountError */
  devices(pod: Live<Pod>, container: Container): readonly Device[];
  /** The directory of one of the pod's volumes of type emptyDir. Returns undefined if it has no such volume. */
  emptyDir(pod: Live<Pod>, volume: string): string | undefined;
  /** The pod's metadata changed: downward-API files follow. */
  podChanged(pod: Live<Pod>): void;
  /** Unmounts and removes everything of the pod; safe to repeat, also after a restart of the agent. */
  tearDown(podUid: string): Promise<void>;
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
