import type { Random } from '../../base/random.ts';
import type { Claim } from '../devices/request-plan.ts';
import { LongSearch } from '../plugins/dynamic-resources.ts';
import type { Profile, Profiles } from '../plugins/profile.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Algorithm } from './algorithm.ts';
import type { AssumedDevices, DeviceBinder } from './device-binder.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { DisruptionBudgets } from './disruption-budgets.ts';
import type { Failure } from './failure-memo.ts';
import type { FrameworkMetrics } from './framework-metrics.ts';
import { succeeds } from './framework-metrics.ts';
import type { Candidate } from './preemption.ts';
import { findPreemption } from './preemption.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { AssumedVolumes, VolumeBinder } from './volume-binder.ts';

/** The outcome of PreFilter, Filter and Score for a pod. */
export type Placement =
  | {
      readonly type: 'scheduled';
      readonly nodeName: string;
      readonly volumes?: AssumedVolumes | undefined;
      readonly devices?: AssumedDevices | undefined;
    }
  /** The search for devices takes long: the pod is to be tried again once it has gone on. */
  | { readonly type: 'searching'; readonly finish: (signal: AbortSignal) => Promise<void> }
  /** No node takes it. */
  | { readonly type: 'unschedulable'; readonly diagnosis: Diagnosis }
  /** A pod like this one was tried since the cluster last changed, with this answer. */
  | { readonly type: 'known'; readonly failure: Failure }
  | { readonly type: 'error'; readonly message: string };

/** The outcome of PostFilter for a pod that no node takes. */
export type PostFilter = PreemptionOutcome & {
  /** A claim that keeps the pod off the nodes and that nobody else uses. */
  readonly freed?: { readonly claim: Claim; readonly how: 'deallocate' | 'delete' } | undefined;
};

type PreemptionOutcome =
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
  readonly deviceBinder?: Pick<DeviceBinder, 'assume'>;
  readonly random: Random;
  readonly metrics: FrameworkMetrics;
}

export function createSchedulingCycle(options: SchedulingCycleOptions): SchedulingCycle {
  const { cluster, nominator, failures, doomed, algorithm, profiles, budgets, volumeBinder, deviceBinder, random, metrics } = options;
  const profileOf = ({ pod }: PodInfo) => {
    const profile = profiles.get(schedulerNameOf(pod));
    if (!profile) throw new Error(`profile not found for scheduler name ${JSON.stringify(schedulerNameOf(pod))}`);
    return profile;
  };
  const reserve = (pod: PodInfo, profile: Profile, node: NodeInfo) => {
    const volumes = profile.reservesVolumes ? volumeBinder?.assume(pod, node) : undefined;
    const devices = profile.devices && profile.reservesDevices ? deviceBinder?.assume(profile.devices, pod, node) : undefined;
    return { ...(volumes ? { volumes } : {}), ...(devices ? { devices } : {}) };
  };
  const runPostFilters = (pod: PodInfo, profile: Profile, diagnosis: Diagnosis): Exclude<PostFilter, { type: 'no-nodes' }> => {
    const messages: string[] = [];
    let clearNomination = false;
    let freed: PostFilter['freed'];
    for (const plugin of profile.postFilters) {
      if (plugin === 'DynamicResources') {
        const answer = claimInTheWay(pod, profile.devices, random);
        freed = answer.freed;
        messages.push(answer.message);
      }
      if (plugin !== 'DefaultPreemption') continue;
      const nominatedNode = nominator.nodeOf(pod.uid);
      const input = { diagnosis, cluster, profile, budgets, nominations: nominator, random, nominatedNode, doomed };
      const preemption = cluster.trial(() => findPreemption(pod, input));
      if ('candidate' in preemption) return { type: 'preempt', candidate: preemption.candidate, freed };
      messages.push(`preemption: ${preemption.message}`);
      clearNomination = preemption.clearNomination;
    }
    return { type: 'unschedulable', failure: { diagnosis, message: messages.join(', ') }, clearNomination, freed };
  };
  return {
    place(pod) {
      const failure = failures.find(pod);
      if (failure) return { type: 'known', failure };
      try {
        const profile = profileOf(pod);
        const decision = cluster.trial(() => algorithm.decide(pod, profile));
        profile.devices?.forget(pod.uid);
        if (!('node' in decision)) return { type: 'unschedulable', diagnosis: decision.diagnosis };
        const reserved = metrics.point(profile.schedulerName, 'Reserve').run(() => reserve(pod, profile, decision.node), succeeds);
        return { type: 'scheduled', nodeName: decision.node.name, ...reserved };
      } catch (error) {
        if (error instanceof LongSearch) return { type: 'searching', finish: error.finish };
        return { type: 'error', message: messageOf(error) };
      }
    },
    postFilter(pod, diagnosis) {
      if (diagnosis.nodeCount === 0) return { type: 'no-nodes' };
      const profile = profileOf(pod);
      const codeOf = ({ type, freed }: PostFilter) => (type === 'preempt' || freed ? 'Success' : 'Unschedulable');
      return metrics.point(profile.schedulerName, 'PostFilter').run(() => runPostFilters(pod, profile, diagnosis), codeOf);
    },
  };
}

/** PostFilter of upstream's DynamicResources: finds a claim that nobody else uses and whose devices are of no use to the pod. */
function claimInTheWay(pod: PodInfo, plugin: Profile['devices'], random: Random): { readonly message: string } & Pick<PostFilter, 'freed'> {
  const devices = plugin?.devicesOf(pod);
  if (!devices || (devices.claims.length === 0 && !devices.asksForResources)) return { message: 'no new claims to deallocate' };
  const isOwn = ({ status }: Claim) => {
    const { reservedFor: [first, ...others] = [] } = status ?? {};
    return others.length === 0 && (!first || first.uid === pod.uid);
  };
  const free = [...devices.unavailable].filter(isOwn);
  const claim = free[Math.floor(random() * free.length)];
  if (claim) return { message: 'deallocation of ResourceClaim completed', freed: { claim, how: 'deallocate' } };
  if (devices.leftover) return { message: 'deletion of ResourceClaim completed', freed: { claim: devices.leftover, how: 'delete' } };
  return { message: 'still not schedulable' };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
