import type { Logger } from '../../base/log.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Diagnosis } from './diagnosis.ts';
import { diagnosisText } from './diagnosis.ts';
import type { EvictionTools } from './eviction.ts';
import { evict, withdrawNomination } from './eviction.ts';
import type { FailureHandler } from './failure-handler.ts';
import type { SchedulerMetrics } from './metrics.ts';
import type { Candidate } from './preemption.ts';
import type { Pump } from './pump.ts';
import type { SchedulerState } from './scheduler-state.ts';

export interface PreemptorOptions extends EvictionTools {
  readonly log: Logger;
  readonly metrics: Pick<SchedulerMetrics, 'evicted'>;
  readonly state: SchedulerState;
  readonly pump: Pick<Pump, 'beside'>;
  readonly handleFailure: FailureHandler;
}

/** Performs a preemption (upstream's prepareCandidate): promises the node to the pod, then evicts the victims. Resolves when they have been told. */
export type Preemptor = (pod: PodInfo, candidate: Candidate, diagnosis: Diagnosis) => Promise<void>;

export function createPreemptor({ log, metrics, state, pump, handleFailure, ...tools }: PreemptorOptions): Preemptor {
  const { queue, nominator, doomed } = state;
  return async (info, { node, victims }, diagnosis) => {
    nominator.set(info, node.name);
    // Less important pods that were promised the node look again: their turn comes after this one.
    const outdone = nominator.on(node.name).filter((other) => other.priority < info.priority);
    for (const { uid } of outdone) nominator.remove(uid);
    for (const victim of victims) doomed.add(victim.uid);
    log.info({ pod: info.pod.metadata.name, node: node.name, victims: victims.map(({ pod }) => pod.metadata.name) }, 'preempting');
    queue.preempting(info.uid, diagnosis.rejectedBy);
    for (const other of outdone) await pump.beside(withdrawNomination(other, tools));
    const startedAt = tools.clock.monotonic();
    const failures = await evict(victims, info, node.name, tools);
    metrics.evicted(failures.length > 0 ? 'error' : 'success', (tools.clock.monotonic() - startedAt) / 1000);
    for (const { victim, error } of failures) {
      doomed.delete(victim.uid);
      log.warn({ err: error, pod: victim.pod.metadata.name }, 'a victim could not be evicted');
    }
    await handleFailure(info, {
      reason: 'Unschedulable',
      message: diagnosisText(diagnosis),
      rejectedBy: diagnosis.rejectedBy,
      error: failures.length > 0,
      nominatedNode: node.name,
    });
  };
}
