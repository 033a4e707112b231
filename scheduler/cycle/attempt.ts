import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { createBindingCycle } from './binding-cycle.ts';
import type { DeviceBinder } from './device-binder.ts';
import type { Diagnosis } from './diagnosis.ts';
import { NO_NODES } from './diagnosis.ts';
import type { SchedulingFailure } from './failure-handler.ts';
import { createFailureHandler, unschedulable } from './failure-handler.ts';
import type { FrameworkMetrics } from './framework-metrics.ts';
import type { SchedulerMetrics } from './metrics.ts';
import { createPreemptor } from './preemptor.ts';
import type { Pump } from './pump.ts';
import type { Recorders } from './recorders.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { PostFilter, SchedulingCycle } from './scheduling-cycle.ts';
import type { VolumeBinder } from './volume-binder.ts';

export interface AttemptOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorders: Recorders;
  readonly metrics: SchedulerMetrics;
  readonly framework: FrameworkMetrics;
  readonly state: SchedulerState;
  readonly cycle: SchedulingCycle;
  readonly pump: Pick<Pump, 'beside' | 'apart'>;
  readonly volumeBinder: VolumeBinder;
  readonly deviceBinder: DeviceBinder;
  readonly podInformer: Pick<Informer<Pod>, 'get'>;
  /** Ends searches that go on beside other attempts. */
  readonly signal: AbortSignal;
}

/**
 * Tries to schedule a pod: runs the scheduling cycle and performs its outcome (upstream's ScheduleOne).
 * Returns when the decision stands; binding, eviction and status writes go on beside.
 */
export type Attempt = (queued: QueuedPod) => void;

export function createAttempt(options: AttemptOptions): Attempt {
  const { client, clock, log, recorders, metrics, framework, state, cycle, pump, volumeBinder, deviceBinder, podInformer, signal } = options;
  const { cluster, queue, nominator, failures, assumed } = state;
  const handleFailure = createFailureHandler({ client, clock, log, recorders, queue, podInformer });
  const bind = createBindingCycle({ client, clock, log, recorders, metrics, framework, state, volumeBinder, deviceBinder, handleFailure });
  const preempt = createPreemptor({ client, clock, log, recorders, metrics, state, pump, handleFailure });
  const fail = (pod: PodInfo, failure: SchedulingFailure) => void pump.beside(handleFailure(pod, failure));

  const makeRoom = (pod: PodInfo, diagnosis: Diagnosis) => {
    const outcome = cycle.postFilter(pod, diagnosis);
    if (outcome.type === 'no-nodes') return fail(pod, { reason: 'Unschedulable', message: NO_NODES, rejectedBy: diagnosis.rejectedBy });
    metrics.preemptionTried();
    const { freed } = outcome;
    if (freed) {
      // Events of its own write must not pass the pod by.
      queue.preempting(pod.uid, diagnosis.rejectedBy);
      return void pump.beside(
        deviceBinder.free(freed.claim, freed.how).then(
          () => conclude(pod, diagnosis, outcome),
          (error: unknown) =>
            handleFailure(pod, { reason: 'SchedulerError', message: `running PostFilter plugin "DynamicResources": ${textOf(error)}`, error: true }),
        ),
      );
    }
    void pump.beside(conclude(pod, diagnosis, outcome));
  };
  const conclude = async (pod: PodInfo, diagnosis: Diagnosis, outcome: Exclude<PostFilter, { type: 'no-nodes' }>): Promise<void> => {
    if (outcome.type === 'preempt') {
      metrics.preempted(outcome.candidate.victims.length);
      return preempt(pod, outcome.candidate, diagnosis);
    }
    if (outcome.clearNomination) nominator.remove(pod.uid);
    failures.remember(pod, outcome.failure);
    await handleFailure(pod, unschedulable(outcome.failure, outcome.clearNomination));
  };

  return (queued) => {
    const { info } = queued;
    const profile = schedulerNameOf(info.pod);
    const started = clock.monotonic();
    const seconds = () => (clock.monotonic() - started) / 1000;
    const placement = cycle.place(info);
    switch (placement.type) {
      case 'scheduled': {
        const { nodeName, volumes, devices } = placement;
        metrics.decided(seconds());
        // Counted on its node from now on: the next decision sees it.
        cluster.addPod(info, nodeName);
        assumed.add(info.uid);
        nominator.remove(info.uid);
        const bindPod = async () => metrics.attempted(profile, await bind.pod(queued, nodeName, devices), seconds());
        if (!volumes && !devices) return void pump.beside(bindPod());
        return void pump.apart(
          bind
            .prepare(queued, nodeName, { volumes, devices })
            .then((result) => (result === 'bound' ? pump.beside(bindPod()) : metrics.attempted(profile, result, seconds()))),
        );
      }
      case 'searching':
        return void pump.apart(
          placement.finish(signal).then(
            () => queue.again(info.uid),
            (error: unknown) => handleFailure(info, { reason: 'SchedulerError', message: textOf(error), error: true }),
          ),
        );
      case 'unschedulable':
        metrics.decided(seconds());
        metrics.attempted(profile, 'unschedulable', seconds());
        return makeRoom(info, placement.diagnosis);
      case 'known':
        metrics.attempted(profile, 'unschedulable', seconds());
        return fail(info, unschedulable(placement.failure));
      case 'error':
        metrics.attempted(profile, 'error', seconds());
        return fail(info, { reason: 'SchedulerError', message: placement.message, error: true });
    }
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
