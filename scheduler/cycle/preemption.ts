import type { Random } from '../../base/random.ts';
import type { Rejection } from '../plugins/plugin.ts';
import { reject } from '../plugins/plugin.ts';
import type { Profile } from '../plugins/profile.ts';
import type { Nominations } from '../queue/nominator.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { byImportance, startOf } from '../state/pod-info.ts';
import type { Diagnosis } from './diagnosis.ts';
import { diagnosisText } from './diagnosis.ts';
import type { DisruptionBudgets } from './disruption-budgets.ts';
import { rejectionOf } from './filtering.ts';

export interface Candidate {
  readonly node: NodeInfo;
  /** Most important first. */
  readonly victims: readonly PodInfo[];
  /** The number of victims whose PodDisruptionBudget does not allow it. */
  readonly violations: number;
}

export interface PreemptionInput {
  /** Why the pod fits nowhere. */
  readonly diagnosis: Diagnosis;
  readonly cluster: ClusterState;
  readonly profile: Profile;
  readonly budgets: DisruptionBudgets;
  /** Room that was promised to others does not count as free. */
  readonly nominations: Nominations;
  /** Chooses where the search begins. */
  readonly random: Random;
  /** The node promised to the pod by an earlier preemption. */
  readonly nominatedNode: string | undefined;
  /** UIDs of victims whose eviction is under way and may not show yet. */
  readonly doomed: ReadonlySet<string>;
}

export type Preemption = { readonly candidate: Candidate } | { readonly message: string; readonly clearNomination: boolean };

const NOT_HELPFUL = reject('Preemption is not helpful for scheduling', false);
const NO_VICTIMS = reject('No preemption victims found for incoming pod', false);

/** The number of candidates after which the search ends: a share of the nodes, but no fewer than a number of them. */
const enoughCandidates = (nodes: number, { minCandidateNodesPercentage, minCandidateNodesAbsolute }: Profile['preemption']) =>
  Math.min(nodes, Math.max(Math.trunc((nodes * minCandidateNodesPercentage) / 100), minCandidateNodesAbsolute));

/**
 * PostFilter (upstream's DefaultPreemption): finds the pods of lower priority that would have to go, and where, so that the pod fits.
 * Tries it on the cluster state itself, which is as before when it returns.
 */
export function findPreemption(pod: PodInfo, input: PreemptionInput): Preemption {
  const { diagnosis, cluster, profile, random, nominatedNode, doomed } = input;
  if (pod.pod.spec?.preemptionPolicy === 'Never') return { message: 'not eligible due to preemptionPolicy=Never.', clearNomination: false };
  const nominated = nominatedNode === undefined ? undefined : cluster.node(nominatedNode);
  const waitsForNominated = nominated && diagnosis.rejections.get(nominated.name)?.preemptible !== false;
  const isGoing = (other: PodInfo) => other.priority < pod.priority && (doomed.has(other.uid) || isBeingPreempted(other));
  if (waitsForNominated && [...nominated.pods.values()].some(isGoing)) {
    return { message: 'not eligible due to a terminating pod on the nominated node.', clearNomination: false };
  }

  const hopeful = [...diagnosis.rejections].flatMap(([name, { preemptible }]) => (preemptible ? (cluster.node(name) ?? []) : []));
  const offset = Math.floor(random() * hopeful.length);
  const enough = enoughCandidates(hopeful.length, profile.preemption);
  const candidates: Candidate[] = [];
  const rejections = new Map<string, Rejection>();
  for (let index = 0; index < hopeful.length && candidates.length < enough; index++) {
    const node = hopeful[(offset + index) % hopeful.length];
    if (!node) continue;
    const outcome = victimsOn(node, pod, input);
    if ('victims' in outcome) candidates.push(outcome);
    else rejections.set(node.name, outcome);
  }
  const candidate = bestCandidate(candidates);
  if (candidate) return { candidate };
  return { message: diagnosisText({ nodeCount: diagnosis.nodeCount, rejections, absent: NOT_HELPFUL }), clearNomination: true };
}

const isBeingPreempted = ({ pod, terminating }: PodInfo) =>
  terminating &&
  (pod.status?.conditions ?? []).some(
    ({ type, status, reason }) => type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );

/**
 * Removes all less important pods, tests whether the pod fits then, and puts back as many as possible: first those whose budgets would be
 * broken, then the others, the most important first.
 */
function victimsOn(node: NodeInfo, pod: PodInfo, { cluster, profile, budgets, nominations }: PreemptionInput): Candidate | Rejection {
  const lower = [...node.pods.values()].filter((other) => other.priority < pod.priority).sort(byImportance);
  if (lower.length === 0) return NO_VICTIMS;
  const nominated = nominations.on(node.name);
  const rejection = () => {
    try {
      return rejectionOf(pod, node, cluster, nominated, profile);
    } catch (error) {
      // No candidate: the pods are put back.
      return reject(error instanceof Error ? error.message : String(error), false);
    }
  };
  for (const other of lower) cluster.removePod(other.uid);
  const hopeless = rejection();
  const victims: PodInfo[] = [];
  const reprieve = (others: readonly PodInfo[]) => {
    for (const other of others) {
      cluster.addPod(other, node.name);
      if (hopeless || !rejection()) continue;
      cluster.removePod(other.uid);
      victims.push(other);
    }
    return victims.length;
  };
  const { violating, others } = hopeless ? { violating: [], others: lower } : budgets.split(lower);
  const violations = reprieve(violating);
  reprieve(others);
  for (const victim of victims) cluster.addPod(victim, node.name);
  return hopeless ?? { node, victims: violations > 0 ? victims.sort(byImportance) : victims, violations };
}

/**
 * Chooses by the fewest broken budgets, then the lowest highest priority of a victim, the sum of priorities, the number of victims, and the latest
 * start of the most important victims.
 */
export function bestCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  // A priority may be negative: shifted, so that more victims always weigh more.
  const shift = 2 ** 31;
  const highest = ({ victims }: Candidate) => Math.max(Number.NEGATIVE_INFINITY, ...victims.map(({ priority }) => priority));
  const sum = ({ victims }: Candidate) => victims.reduce((total, { priority }) => total + priority + shift, 0);
  const earliestStart = (candidate: Candidate) => {
    const top = highest(candidate);
    return Math.min(...candidate.victims.filter(({ priority }) => priority === top).map(startOf));
  };
  let left = candidates;
  const costs = [
    ({ violations }: Candidate) => violations,
    highest,
    sum,
    ({ victims }: Candidate) => victims.length,
    (candidate: Candidate) => -earliestStart(candidate),
  ];
  for (const cost of costs) {
    if (left.length < 2) break;
    const least = Math.min(...left.map(cost));
    left = left.filter((candidate) => cost(candidate) === least);
  }
  return left[0];
}
