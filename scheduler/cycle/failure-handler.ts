import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { diagnosisText } from './diagnosis.ts';
import type { Failure } from './failure-memo.ts';
import { conditionPatch } from './pod-conditions.ts';
import type { Recorders } from './recorders.ts';

/** Why a pod has no node yet. */
export interface SchedulingFailure {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  /** Filters that rejected nodes: what could wake the pod. */
  readonly rejectedBy?: ReadonlySet<string>;
  /** Something went wrong: the pod is tried again after its back-off, without an event. */
  readonly error?: boolean;
  /** The node that preemption promises to the pod; '' takes an earlier promise back. */
  readonly nominatedNode?: string;
}

export interface FailureHandlerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorders: Recorders;
  readonly queue: SchedulingQueue;
  readonly podInformer: Pick<Informer<Pod>, 'get'>;
}

/** Puts a pod back into the queue and says why in its condition and an event; upstream's handleSchedulingFailure. */
export type FailureHandler = (pod: PodInfo, failure: SchedulingFailure) => Promise<void>;

/** The same event about the same pod is written once in this time: a pod may be tried many times a second. */
const REPEAT_MS = 10_000;
const NONE: ReadonlySet<string> = new Set();

export function createFailureHandler({ client, clock, log, recorders, queue, podInformer }: FailureHandlerOptions): FailureHandler {
  const record = (info: PodInfo, message: string) => {
    const queued = queue.get(info.uid);
    const at = clock.monotonic();
    if (queued?.said?.message === message && at - queued.said.at < REPEAT_MS) return;
    if (queued) queued.said = { message, at };
    recorders.of(info).event(info.pod, 'Warning', 'FailedScheduling', noteOf(message), { action: 'Scheduling' });
  };

  return async (info, { reason, message, rejectedBy = NONE, error = false, nominatedNode }) => {
    if (!nominatedNode) queue.failed(info.uid, { rejectedBy, error });
    record(info, message);
    const current = podInformer.get(keyOf(info.pod)) ?? info.pod;
    const patch = conditionPatch(current, { type: 'PodScheduled', status: 'False', reason, message }, clock.now(), nominatedNode);
    try {
      if (patch && current.metadata.uid === info.uid) await client.patch(pods, keyOf(info.pod), patch, { subresource: 'status' });
    } catch (failure) {
      if (!isNotFound(failure)) log.warn({ err: failure, pod: info.pod.metadata.name }, 'the pod’s condition could not be written');
    }
    // A preemptor stays in flight until its victims have been told and it carries its promise.
    queue.failed(info.uid, { rejectedBy, error });
  };
}

/** The most that events hold (validation.NoteLengthLimit). */
const NOTE_LENGTH = 1024;
const SHORTENED = ' ...';

/** Shortens a message for an event, as upstream does; the condition keeps it whole. */
const noteOf = (message: string): string => (message.length <= NOTE_LENGTH ? message : message.slice(0, NOTE_LENGTH - SHORTENED.length) + SHORTENED);

/** The failure of a pod that fits nowhere and for which preemption does not help. */
export function unschedulable({ diagnosis, message }: Failure, clearNomination = false): SchedulingFailure {
  return {
    reason: 'Unschedulable',
    message: diagnosisText(diagnosis, message),
    rejectedBy: diagnosis.rejectedBy,
    nominatedNode: clearNomination ? '' : undefined,
  };
}
