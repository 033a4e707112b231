import type { ProfileConfiguration } from '../config/configuration.ts';

/** The extension points at which the evaluations of plugins are counted, as upstream does. */
export const COUNTED_POINTS = ['preFilter', 'filter', 'preScore', 'score'] as const;
export type CountedPoint = (typeof COUNTED_POINTS)[number];

/** The number of times that a plugin was evaluated at an extension point. Hot loops add to it. */
export interface Evaluations {
  count: number;
}

/** The evaluations of a profile's plugins, by extension point and plugin: of those that are enabled at the point. */
export type EvaluationCounts = Readonly<Record<CountedPoint, ReadonlyMap<string, Evaluations>>>;

export function evaluationCounts(plugins: ProfileConfiguration['plugins']): EvaluationCounts {
  const at = (point: CountedPoint) => new Map(plugins[point].map(({ name }) => [name, { count: 0 }]));
  return { preFilter: at('preFilter'), filter: at('filter'), preScore: at('preScore'), score: at('score') };
}

/** Adds evaluations, if the plugin is enabled at the point. */
export function countEvaluations(of: Evaluations | undefined, times = 1): void {
  if (of) of.count += times;
}
