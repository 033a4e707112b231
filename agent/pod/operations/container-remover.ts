import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { containerEvent } from '../../spec/container-events.ts';
import type { Removal } from '../../spec/restart-of-all.ts';
import type { KillerNode } from './container-killer.ts';
import { MIN_GRACE_SECONDS } from './container-killer.ts';

/**
 * Removes containers from the runtime one after the other, those that run after a kill without their preStop hooks; their logs stay until
 * the pod is gone. Can be repeated. Stops halfway once `ending` aborts: the pod's end takes care of the rest.
 */
export async function removeContainers(node: KillerNode, pod: Live<Pod>, removals: readonly Removal[], ending: AbortSignal): Promise<void> {
  for (const { container, id, kill } of removals) {
    if (ending.aborted) return;
    if (kill) {
      containerEvent(node.recorder, pod, container, 'Normal', 'Killing', 'killing');
      await node.runtime.stopContainer(id, MIN_GRACE_SECONDS);
    }
    await node.runtime.removeContainer(id);
    await node.cache.refreshContainer(id);
  }
}
