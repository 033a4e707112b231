import type { NodeCheck, Score } from '../plugins/plugin.ts';
import type { Prepared, PreparedFilter } from './filtering.ts';
import type { FrameworkMetrics, StatusCode } from './framework-metrics.ts';
import { succeeds } from './framework-metrics.ts';

type ScoreOf = ReturnType<Score['prepare']>;

/** Runs the parts of plugins in one cycle, timed or not. */
export interface PluginTimes {
  preFilter(plugin: string, work: () => Prepared): Prepared;
  filter(prepared: readonly PreparedFilter[]): readonly PreparedFilter[];
  preScore(plugin: string, work: () => ScoreOf): ScoreOf;
  score(plugin: string, scoreOf: NonNullable<ScoreOf>): NonNullable<ScoreOf>;
  /** Brings the scores into their range, if the plugin does that. */
  normalize(score: Score, values: number[]): void;
}

export const UNTIMED: PluginTimes = {
  preFilter: (_plugin, work) => work(),
  filter: (prepared) => prepared,
  preScore: (_plugin, work) => work(),
  score: (_plugin, scoreOf) => scoreOf,
  normalize: (score, values) => score.normalize?.(values),
};

const codeOfPrepared = (prepared: Prepared): StatusCode =>
  prepared === undefined ? 'Skip' : typeof prepared === 'function' ? 'Success' : 'UnschedulableAndUnresolvable';

const codeOfRejection = (rejection: ReturnType<NodeCheck>): StatusCode =>
  rejection === undefined ? 'Success' : rejection.preemptible ? 'Unschedulable' : 'UnschedulableAndUnresolvable';

const codeOfScorer = (scoreOf: ScoreOf): StatusCode => (scoreOf ? 'Success' : 'Skip');

/** Times each part of each plugin: for each node, where it looks at nodes. */
export const timedPlugins = (metrics: FrameworkMetrics): PluginTimes => ({
  preFilter: (plugin, work) => metrics.plugin(plugin, 'PreFilter').run(work, codeOfPrepared),
  filter: (prepared) =>
    prepared.map(({ name, check, evaluations }) => {
      const watch = metrics.plugin(name, 'Filter');
      return { name, evaluations, check: (node) => watch.run(() => check(node), codeOfRejection) };
    }),
  preScore: (plugin, work) => metrics.plugin(plugin, 'PreScore').run(work, codeOfScorer),
  score(plugin, scoreOf) {
    const watch = metrics.plugin(plugin, 'Score');
    return (node) => watch.run(() => scoreOf(node), succeeds);
  },
  normalize(score, values) {
    const { normalize } = score;
    if (normalize) metrics.plugin(score.name, 'ScoreExtensionNormalize').run(() => normalize(values), succeeds);
  },
});
