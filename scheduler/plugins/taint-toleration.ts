import type { Toleration } from '../../api/pod/placement/affinity.ts';
import type { Taint } from '../../api/pod/placement/taint.ts';
import { tolerates } from '../../api/pod/placement/toleration.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, Score } from './plugin.ts';
import { normalizeByMax, reject } from './plugin.ts';

/** The first taint that has one of the effects and that no toleration covers; undefined if there is none. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[], effects: readonly string[]): Taint | undefined {
  return taints.find((taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)));
}

export const HARD_EFFECTS = ['NoSchedule', 'NoExecute'];

/** Keeps a pod off nodes with a NoSchedule or NoExecute taint that it does not tolerate. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare({ pod }) {
    const tolerations = pod.spec?.tolerations ?? [];
    return ({ node }) => {
      const taints = node?.spec?.taints;
      return taints && untolerated(taints, tolerations, HARD_EFFECTS) ? UNTOLERATED : undefined;
    };
  },
  events: ['NodeAdd', 'NodeUpdate'],
  hint(event, { pod }) {
    const node = nodeChange(event, 'taints');
    return node !== undefined && !untolerated(node.node?.spec?.taints ?? [], pod.spec?.tolerations ?? [], HARD_EFFECTS);
  },
};

const UNTOLERATED = reject('node(s) had untolerated taint(s)', false);

/** Prefers nodes with fewer untolerated PreferNoSchedule taints. */
export const taintTolerationScore: Score = {
  name: 'TaintToleration',
  prepare({ pod }, _cluster, feasible) {
    if (!feasible.some(({ node }) => node?.spec?.taints?.some((taint) => taint.effect === 'PreferNoSchedule'))) return undefined;
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return ({ node }) =>
      (node?.spec?.taints ?? []).filter(
        (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
      ).length;
  },
  normalize: (scores) => normalizeByMax(scores, true),
};
