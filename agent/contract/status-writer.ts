import type { Pod, PodStatus } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';

/**
 * Writes pods' statuses: one write at a time per pod, the newest status wins, and nothing is written twice.
 * A status that another client wrote (the node controller, about a node that it took for dead) is overwritten.
 */
export interface StatusWriter {
  /** Takes a status to be written; `pod` is the newest known version. */
  put(pod: Live<Pod>, status: PodStatus): void;
  /** Resolves once the status put last has been written, or cannot be because the pod is gone. */
  flushed(podUid: string): Promise<void>;
  forget(podUid: string): void;
}
