import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { NodeAffinity, PreferredSchedulingTerm } from '../../api/pod/placement/affinity.ts';
import type { NodePredicate } from '../../api/pod/placement/node-affinity.ts';
import { compileNodeAffinity, compileNodeSelectorTerm } from '../../api/pod/placement/node-affinity.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, Score } from './plugin.ts';
import { normalizeByMax, reject } from './plugin.ts';

/** Whether a node meets the pod's node selector and required node affinity, compiled. Returns undefined if every node would do. */
export const requiredNodeAffinity = ({ spec }: Pod): NodePredicate | undefined =>
  compileNodeAffinity(spec?.affinity?.nodeAffinity, spec?.nodeSelector);

/** PreFilter: the nodes that the pod's affinity names one by one, as DaemonSets do. Returns undefined if it does not. */
export function namedNodes(pod: Pod): ReadonlySet<string> | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const byName = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (byName.length === 0) return undefined;
    for (const name of byName[0]?.values ?? []) if (byName.every(({ values = [] }) => values.includes(name))) names.add(name);
  }
  return names;
}

const NO_MATCH = reject("node(s) didn't match Pod's node affinity/selector", false);
const NOT_ADDED = reject("node(s) didn't match scheduler-enforced node affinity", false);

/** Keeps a pod off nodes that its node selector or required node affinity does not match, or that the profile's added affinity does not. */
export function nodeAffinity(added?: NodeAffinity): Filter {
  const enforced = compileNodeAffinity(added, undefined);
  return {
    name: 'NodeAffinity',
    prepare({ pod }) {
      const matches = requiredNodeAffinity(pod);
      if (!enforced) return matches && ((node) => (matches(node) ? undefined : NO_MATCH));
      return (node) => {
        if (!enforced(node)) return NOT_ADDED;
        return matches && !matches(node) ? NO_MATCH : undefined;
      };
    },
    events: ['NodeAdd', 'NodeUpdate'],
    hint(event, { pod }) {
      const node = nodeChange(event, 'labels');
      return node !== undefined && (enforced?.(node) ?? true) && (requiredNodeAffinity(pod)?.(node) ?? true);
    },
  };
}

const compiled = (terms: readonly PreferredSchedulingTerm[] = []) =>
  terms.flatMap(({ weight, preference }) => {
    const matches = compileNodeSelectorTerm(preference);
    return matches ? [{ weight, matches }] : [];
  });

/** The sum of the weights of the preferences that a node meets. A preference that asks nothing, or cannot be read, counts for no node. */
export function nodeAffinityScore(added?: NodeAffinity): Score {
  const enforced = compiled(added?.preferredDuringSchedulingIgnoredDuringExecution);
  return {
    name: 'NodeAffinity',
    prepare({ pod }) {
      const own = compiled(pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution);
      const preferred = enforced.length > 0 ? [...enforced, ...own] : own;
      if (preferred.length === 0) return undefined;
      return (node) => preferred.reduce((sum, { weight, matches }) => sum + (matches(node) ? weight : 0), 0);
    },
    normalize: (scores) => normalizeByMax(scores, false),
  };
}
