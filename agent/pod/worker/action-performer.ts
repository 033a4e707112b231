import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Logger } from '../../../base/log.ts';
import type { StatusAccess } from '../../contract/node-parts.ts';
import type { Prober } from '../../probe/prober.ts';
import { containerEvent } from '../../spec/container-events.ts';
import type { StarterNode } from '../operations/container-starter.ts';
import { isStateful } from './start-latency.ts';
import { performTask } from './task-performer.ts';
import type { WakeTimer } from './wake-timer.ts';
import type { TaskResult, WorkerAction } from './worker-action.ts';

/** The parts that a worker needs of its node. */
export type WorkerNode = StarterNode &
  StatusAccess & {
    /** The prefix of container IDs in statuses: `containerd`. */
    readonly runtimeName: string;
    /** The longest delay between two starts of a container that ends again and again. Undefined for kubelet's. */
    readonly maxRestartDelayMs?: number | undefined;
  };

/** One worker's means of acting. The pod is asked for when it is needed: tasks take time, and it changes meanwhile. */
export interface WorkerHands {
  readonly node: WorkerNode;
  readonly log: Logger;
  readonly prober: Prober;
  readonly timer: WakeTimer;
  pod(): Live<Pod>;
  /** Seconds that an ending pod has by the latest request. */
  graceSeconds(): number;
  /** Aborts when the pod is told to end. */
  readonly ending: AbortSignal;
  /** Aborts `ending`. */
  end(): void;
  taskEnded(key: string, result: TaskResult): void;
  finished(): void;
}

/** Does one action. A task goes on after this returns, and reports its end to `taskEnded`. */
export function performAction(action: WorkerAction, hands: WorkerHands): void {
  const { node, log, prober } = hands;
  switch (action.type) {
    case 'begin':
      performTask(action.task, hands, node).then(
        (result) => hands.taskEnded(action.key, result),
        (error: unknown) => hands.taskEnded(action.key, { type: 'broke', error }),
      );
      break;
    case 'event':
      if (action.container) containerEvent(node.recorder, hands.pod(), action.container, action.severity, action.reason, action.message);
      else node.recorder.event(hands.pod(), action.severity, action.reason, action.message);
      break;
    case 'log':
      log.warn({ err: action.error, ...(action.task === undefined ? {} : { task: action.task }) }, action.message);
      break;
    case 'updateVolumes':
      node.volumes.podChanged(hands.pod());
      break;
    case 'hasten':
      for (const id of action.ids) {
        node.runtime.stopContainer(id, action.graceSeconds).catch((err: unknown) => log.debug({ err }, 'a container could not be hastened'));
      }
      break;
    case 'endProbes':
      prober.ending();
      hands.end();
      break;
    case 'stopProbes':
      prober.stop();
      break;
    case 'observeStart':
      node.podMetrics.podRuns(action.seconds);
      break;
    case 'startShown': {
      const { metadata, spec } = hands.pod();
      node.podMetrics.podStarted({
        seconds: (action.time - Date.parse(metadata.creationTimestamp)) / 1000,
        excludedSeconds: (action.initMs + node.images.takePullMs(metadata.uid)) / 1000,
        isStateful: isStateful(hands.pod()),
        isOnHostNetwork: spec?.hostNetwork ?? false,
      });
      break;
    }
    case 'putStatus':
      node.statusWriter.put(action.pod, action.status);
      break;
    case 'wakeAt':
      hands.timer.set(action.time);
      break;
    case 'finished':
      hands.finished();
      break;
  }
}
