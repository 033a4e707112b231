import type { Random } from '../../base/random.ts';
import type { Profiles } from '../plugins/profile.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Algorithm } from './algorithm.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { DisruptionBudgets } from './disruption-budgets.ts';
import type { Failure } from './failure-memo.ts';
import type { Candidate } from './preemption.ts';
import { findPreemption } from './preemption.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { AssumedVolumes, VolumeBinder } from './volume-binder.ts';

/** The outcome of PreFilter, Filter and Score for a pod. */
export type Placement =
  | { readonly type: 'scheduled'; readonly nodeName: string; readonly volumes?: AssumedVolumes | undefined }
  /** No node takes it. */
  | { readonly type: 'unschedulable'; readonly diagnosis: Diagnosis }
  /** A pod like this one was tried since the cluster last changed, with this answer. */
  | { readonly type: 'known'; readonly failure: Failure }
  | { readonly type: 'error'; readonly message: string };

/** The outcome of PostFilter for a pod that no node takes. */
export type PostFilter =
  | { readonly type: 'no-nodes' }
  /** Preemption does not help; `clearNomination`: an earlier promise of a node is void. */
  | { readonly type: 'unschedulable'; readonly failure: Failure; readonly clearNomination: boolean }
  | { readonly type: 'preempt'; readonly candidate: Candidate };

/** A scheduling cycle decides; it performs nothing. Both steps are synchronous, and the scheduler's state is as before when they return, but for assumed volumes. */
export interface SchedulingCycle {
  place(pod: PodInfo): Placement;
  postFilter(pod: PodInfo, diagnosis: Diagnosis): PostFilter;
}

export interface SchedulingCycleOptions extends Pick<SchedulerState, 'cluster' | 'nominator' | 'failures' | 'doomed'> {
  readonly algorithm: Algorithm;
  readonly profiles: Profiles;
  readonly budgets: DisruptionBudgets;
  readonly volumeBinder?: Pick<VolumeBinder, 'assume'>;
  readonly random: Random;
}

/** The answer of upstream's DynamicResources plugin about a pod without claims: it stands before that of preemption. */
const NO_CLAIMS = 'no new claims to deallocate';

export function createSchedulingCycle(options: SchedulingCycleOptions): SchedulingCycle {
  const { cluster, nominator, failures, doomed, algorithm, profiles, budgets, volumeBinder, random } = options;
  const profileOf = ({ pod }: PodInfo) => {
    const profile = profiles.get(schedulerNameOf(pod));
    if (!profile) throw new Error(`profile not found for scheduler name ${JSON.stringify(schedulerNameOf(pod))}`);
    return profile;
  };
  return {
    place(pod) {
      const failure = failures.find(pod);
      if (failure) return { type: 'known', failure };
      try {
        const profile = profileOf(pod);
        const decision = cluster.trial(() => algorithm.decide(pod, profile));
        if (!('node' in decision)) return { type: 'unschedulable', diagnosis: decision.diagnosis };
        const volumes = profile.reservesVolumes ? volumeBinder?.assume(pod, decision.node) : undefined;
        return { type: 'scheduled', nodeName: decision.node.name, ...(volumes ? { volumes } : {}) };
      } catch (error) {
        return { type: 'error', message: messageOf(error) };
      }
    },
    postFilter(pod, diagnosis) {
      if (diagnosis.nodeCount === 0) return { type: 'no-nodes' };
      const profile = profileOf(pod);
      const messages: string[] = [];
      let clearNomination = false;
      for (const plugin of profile.postFilters) {
        if (plugin === 'DynamicResources') messages.push(NO_CLAIMS);
        if (plugin !== 'DefaultPreemption') continue;
        const nominatedNode = nominator.nodeOf(pod.uid);
        const input = { diagnosis, cluster, profile, budgets, nominations: nominator, random, nominatedNode, doomed };
        const preemption = cluster.trial(() => findPreemption(pod, input));
        if ('candidate' in preemption) return { type: 'preempt', candidate: preemption.candidate };
        messages.push(`preemption: ${preemption.message}`);
        clearNomination = preemption.clearNomination;
      }
      return { type: 'unschedulable', failure: { diagnosis, message: messages.join(', ') }, clearNomination };
    },
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
