import type { Random } from '../../base/random.ts';
import { countEvaluations } from '../plugins/evaluations.ts';
import { namedNodes } from '../plugins/node-affinity.ts';
import type { Rejection } from '../plugins/plugin.ts';
import { reject } from '../plugins/plugin.ts';
import type { Profile } from '../plugins/profile.ts';
import type { Nominations } from '../queue/nominator.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Diagnosis } from './diagnosis.ts';
import { preFilter, rejectionOf } from './filtering.ts';
import type { CycleWatch, FrameworkMetrics } from './framework-metrics.ts';
import type { PluginTimes } from './plugin-times.ts';
import { timedPlugins } from './plugin-times.ts';

/**
 * The number of feasible nodes after which the search ends: all of up to 100, `percentageOfNodesToScore` of more; at 0 a share that shrinks
 * as the cluster grows.
 */
export function nodesToFind(count: number, percentageOfNodesToScore = 0): number {
  if (count < 100) return count;
  const percentage = percentageOfNodesToScore || Math.max(5, 50 - Math.trunc(count / 125));
  return Math.max(100, Math.trunc((count * percentage) / 100));
}

/** The rejection of all nodes by a reason that is shown once. */
const ANYWHERE = reject('', false);

export type Decision = { readonly node: NodeInfo } | { readonly diagnosis: Diagnosis };

export interface Algorithm {
  /** Finds the best node for a pod as the cluster stands. Synchronous; the cluster is as before when it returns. */
  decide(pod: PodInfo, profile: Profile): Decision;
}

export interface AlgorithmOptions {
  readonly cluster: ClusterState;
  readonly nominations: Nominations;
  /** Of profiles that have none of their own; 0 adapts it to the size of the cluster. */
  readonly percentageOfNodesToScore: number;
  /** Breaks ties. */
  readonly random: Random;
  readonly metrics: FrameworkMetrics;
}

export function createAlgorithm({ cluster, nominations, percentageOfNodesToScore, random, metrics }: AlgorithmOptions): Algorithm {
  /** The node at which the next search starts, so that all nodes have their turn. */
  let start = 0;

  const search = (pod: PodInfo, profile: Profile, cycle: CycleWatch, times: PluginTimes | undefined) => {
    const nodes = cluster.nodes();
    if (nodes.length === 0)
      return { feasible: [], diagnosis: { nodeCount: 0, rejections: new Map(), absent: undefined, rejectedBy: new Set<string>() } };
    cycle.begin('PreFilter');
    const outcome = preFilter(pod, cluster, profile, times?.preFilter);
    if ('reason' in outcome) {
      cycle.end('UnschedulableAndUnresolvable');
      const diagnosis = { nodeCount: nodes.length, rejections: new Map(), absent: ANYWHERE, rejectedBy: new Set([outcome.name]) };
      return { feasible: [], diagnosis: { ...diagnosis, contradiction: outcome.reason } };
    }
    const named = profile.readsNamedNodes ? namedNodes(pod.pod) : undefined;
    const candidates = named ? [...named].flatMap((name) => cluster.node(name) ?? []) : nodes;
    cycle.end(named?.size === 0 ? 'UnschedulableAndUnresolvable' : 'Success');
    const enough = nodesToFind(candidates.length, profile.percentageOfNodesToScore ?? percentageOfNodesToScore);
    const feasible: NodeInfo[] = [];
    const rejections = new Map<string, Rejection>();
    const rejectedBy = new Set<string>(named && named.size < nodes.length ? ['NodeAffinity'] : []);
    const visit = (node: NodeInfo) => {
      const rejection = rejectionOf(pod, node, cluster, nominations.on(node.name), profile, outcome, times?.filter());
      if (!rejection) return void feasible.push(node);
      rejections.set(node.name, rejection);
      rejectedBy.add(rejection.filter);
    };
    cycle.begin('Filter');
    // A node that is promised to the pod is tried first, alone.
    const promised = pod.pod.status?.nominatedNodeName;
    const promisedNode = promised ? candidates.find((node) => node.name === promised) : undefined;
    if (promisedNode) visit(promisedNode);
    if (feasible.length === 0) {
      rejections.clear();
      let visited = 0;
      for (; visited < candidates.length && feasible.length < enough; visited++) {
        const node = candidates[(start + visited) % candidates.length];
        if (node) visit(node);
      }
      if (candidates.length > 0) start = (start + visited) % candidates.length;
    }
    cycle.end('Success');
    const absent = named ? reject("node(s) didn't satisfy plugin(s) [NodeAffinity]", false) : undefined;
    const contradiction = named?.size === 0 ? { contradiction: 'pod affinity terms conflict' } : {};
    return { feasible, diagnosis: { nodeCount: nodes.length, rejections, absent, rejectedBy, ...contradiction } };
  };

  const preparedScores = (pod: PodInfo, feasible: readonly NodeInfo[], { scores, evaluations }: Profile, times: PluginTimes | undefined) =>
    scores.flatMap(({ weight, score }) => {
      const counted = evaluations.preScore.get(score.name);
      const prepare = () => score.prepare(pod, cluster, feasible);
      const scoreOf = times && counted ? times.preScore(score.name, prepare) : prepare();
      if (!scoreOf) return [];
      countEvaluations(counted);
      countEvaluations(evaluations.score.get(score.name), feasible.length);
      return [{ weight, score, scoreOf }];
    });

  const best = (
    pod: PodInfo,
    feasible: readonly NodeInfo[],
    profile: Profile,
    cycle: CycleWatch,
    times: PluginTimes | undefined,
  ): NodeInfo | undefined => {
    if (feasible.length <= 1) return feasible[0];
    cycle.begin('PreScore');
    const prepared = preparedScores(pod, feasible, profile, times);
    cycle.end('Success');
    cycle.begin('Score');
    const totals = new Array<number>(feasible.length).fill(0);
    for (const { weight, score, scoreOf } of prepared) {
      const values = times ? times.score(score.name, scoreOf, feasible) : feasible.map(scoreOf);
      if (times && score.normalize) times.normalize(score.name, () => score.normalize?.(values));
      else score.normalize?.(values);
      for (let index = 0; index < values.length; index++) totals[index] = (totals[index] ?? 0) + weight * (values[index] ?? 0);
    }
    cycle.end('Success');
    let chosen = 0;
    let equals = 1;
    for (let index = 1; index < totals.length; index++) {
      const difference = (totals[index] ?? 0) - (totals[chosen] ?? 0);
      if (difference > 0) {
        chosen = index;
        equals = 1;
      } else if (difference === 0 && random() < 1 / ++equals) chosen = index;
    }
    return feasible[chosen];
  };

  return {
    decide(pod, profile) {
      const times = metrics.timesPlugins() ? timedPlugins(metrics) : undefined;
      const cycle = metrics.cycle(profile.schedulerName);
      try {
        const { feasible, diagnosis } = search(pod, profile, cycle, times);
        const node = best(pod, feasible, profile, cycle, times);
        return node ? { node } : { diagnosis };
      } catch (error) {
        cycle.failed(error);
        throw error;
      }
    },
  };
}
