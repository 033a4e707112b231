import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { sleep } from '../../../base/clock.ts';
import { containerTypeOf } from '../../spec/pod-containers.ts';
import { killContainer } from '../operations/container-killer.ts';
import { removeContainers } from '../operations/container-remover.ts';
import type { StarterNode } from '../operations/container-starter.ts';
import { createSandbox, StartError, startContainer } from '../operations/container-starter.ts';
import { endPod } from '../operations/pod-terminator.ts';
import { terminationMessage } from '../status/termination-message.ts';
import { resizePod } from './pod-resizer.ts';
import type { Task, TaskResult } from './worker-action.ts';

/** The pod at the moment it is asked for: tasks take time, and the pod changes meanwhile. */
export interface CurrentPod {
  pod(): Live<Pod>;
  /** Seconds that are left to an ending pod by the latest request. */
  graceSeconds(): number;
  /** Aborts when the pod is told to end: a start does not wait for its hook then. */
  readonly ending: AbortSignal;
}

/** A sandbox that has just died still counts as ready for a moment. */
const SANDBOX_SETTLE_MS = 100;
const DONE: TaskResult = { type: 'done' };

/** Does one task and says how it ended. Rejects only if it failed in a way that is not foreseen. */
export async function performTask(task: Task, current: CurrentPod, node: StarterNode): Promise<TaskResult> {
  const pod = current.pod();
  switch (task.type) {
    case 'setUpVolumes':
      return node.volumes.setUp(pod, current.ending).then(
        () => ({ type: 'volumesReady' as const }),
        (error: unknown) => ({ type: 'volumesFailed' as const, error }),
      );
    case 'createSandbox':
      return replaceSandbox(task, current, node).then(
        () => ({ type: 'sandboxReady' as const }),
        (error: unknown) => ({ type: 'sandboxFailed' as const, error }),
      );
    case 'startContainer':
      return start(task, current, node);
    case 'killContainer':
      await killContainer(node, { ...task, pod });
      return DONE;
    case 'removeContainers':
      await removeContainers(node, pod, task.removals, current.ending);
      return { type: 'containersRemoved' };
    case 'resize': {
      const start = node.clock.monotonic();
      const result = await resizePod(task, pod, node);
      node.podMetrics.resized(result.type === 'resized', node.clock.monotonic() - start);
      return result;
    }
    case 'readMessages': {
      const messages = new Map<string, string>();
      for (const container of task.containers) {
        node.podMetrics.containerEnded(containerTypeOf(pod, container.name), container.exitCode, container.reason);
        messages.set(container.id, node.runtime.simulated ? '' : await terminationMessage(container));
      }
      return { type: 'messagesRead', messages };
    }
    case 'endPod':
      await endPod(node, pod, () => current.graceSeconds());
      // Before the status says that the pod is over: then its claims may be given to others.
      await node.dynamicResources.unprepare(pod);
      return { type: 'podEnded' };
  }
}

async function replaceSandbox(
  { attempt, replaces }: Extract<Task, { type: 'createSandbox' }>,
  current: CurrentPod,
  node: StarterNode,
): Promise<void> {
  for (const old of replaces) {
    await node.runtime.stopSandbox(old.id);
    await node.cache.refreshSandbox(old.id);
  }
  await createSandbox(node, current.pod(), attempt);
}

async function start(task: Extract<Task, { type: 'startContainer' }>, current: CurrentPod, node: StarterNode): Promise<TaskResult> {
  const { container, sandbox, previous, restartCount } = task;
  if (previous?.state === 'created') await node.runtime.removeContainer(previous.id);
  // A container that died may have died with its sandbox, of which nothing has been heard yet.
  if (previous && !(await node.cache.refreshSandbox(sandbox.id))?.ready) return DONE;
  try {
    await startContainer(node, current.pod(), { container, sandbox, restartCount, ending: current.ending });
    return { type: 'started', container: container.name, previous };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    await sleep(node.clock, SANDBOX_SETTLE_MS);
    if (!(await node.cache.refreshSandbox(sandbox.id))?.ready) return DONE;
    const { reason, message, retryAt } = error;
    return { type: 'startFailed', container: container.name, previous, reason, message, retryAt };
  }
}
