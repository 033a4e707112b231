import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Mount } from './runtime-config.ts';

/** The volumes of pods on this node. */
export interface PodVolumes {
  /** Makes all volumes of the pod, or those that are not there yet; safe to repeat. @throws MountError naming the volume. */
  setUp(pod: Live<Pod>): Promise<void>;
  /** The mounts of a container; `environment` expands subPathExpr. @throws MountError */
  mounts(pod: Live<Pod>, container: Container, environment: ReadonlyMap<string, string>): Promise<readonly Mount[]>;
  /** The pod's metadata changed: downward-API files follow. */
  podChanged(pod: Live<Pod>): void;
  /** Unmounts and removes everything of the pod; safe to repeat, also after a restart of the agent. */
  tearDown(podUid: string): Promise<void>;
}

export class MountError extends Error {
  override readonly name = 'MountError';
}
