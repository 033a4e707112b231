import { countEvaluations } from '../plugins/evaluations.ts';
import type { NodeCheck, Score } from '../plugins/plugin.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { FindRejection, Prepared } from './filtering.ts';
import type { FrameworkMetrics, StatusCode } from './framework-metrics.ts';
import { succeeds } from './framework-metrics.ts';

type ScoreOf = ReturnType<Score['prepare']>;

/** Runs and times the parts of plugins in one cycle. Cycles whose plugins are not timed have none, so that their loops stay as they are. */
export interface PluginTimes {
  preFilter(plugin: string, work: () => Prepared): Prepared;
  /** Returns what filters the next node: undefined once enough nodes have been timed. */
  filter(): FindRejection | undefined;
  preScore(plugin: string, work: () => ScoreOf): ScoreOf;
  /** Returns the scores of the nodes; only the first are timed. */
  score(plugin: string, scoreOf: NonNullable<ScoreOf>, nodes: readonly NodeInfo[]): number[];
  normalize(plugin: string, work: () => void): void;
}

/** The number of nodes in a cycle for which each plugin is timed: clock reads must not outweigh the plugins in large clusters. */
const NODES_TIMED = 8;

const codeOfPrepared = (prepared: Prepared): StatusCode =>
  prepared === undefined ? 'Skip' : typeof prepared === 'function' ? 'Success' : 'UnschedulableAndUnresolvable';

const codeOfRejection = (rejection: ReturnType<NodeCheck>): StatusCode =>
  rejection === undefined ? 'Success' : rejection.preemptible ? 'Unschedulable' : 'UnschedulableAndUnresolvable';

const codeOfScorer = (scoreOf: ScoreOf): StatusCode => (scoreOf ? 'Success' : 'Skip');

export function timedPlugins(metrics: FrameworkMetrics): PluginTimes {
  let nodes = 0;
  const find: FindRejection = (prepared, node) => {
    for (const { name, check, evaluations } of prepared) {
      countEvaluations(evaluations);
      const rejection = metrics.plugin(name, 'Filter').run(() => check(node), codeOfRejection);
      if (rejection) return { filter: name, reasons: rejection.reasons, preemptible: rejection.preemptible };
    }
    return undefined;
  };
  return {
    preFilter: (plugin, work) => metrics.plugin(plugin, 'PreFilter').run(work, codeOfPrepared),
    filter: () => (nodes++ < NODES_TIMED ? find : undefined),
    preScore: (plugin, work) => metrics.plugin(plugin, 'PreScore').run(work, codeOfScorer),
    score(plugin, scoreOf, feasible) {
      const watch = metrics.plugin(plugin, 'Score');
      return feasible.map((node, index) => (index < NODES_TIMED ? watch.run(() => scoreOf(node), succeeds) : scoreOf(node)));
    },
    normalize: (plugin, work) => metrics.plugin(plugin, 'ScoreExtensionNormalize').run(work, succeeds),
  };
}
