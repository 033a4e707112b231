import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../api/pod/placement/affinity.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { Filter, Score } from './plugin.ts';
import { normalizeByMax, reject } from './plugin.ts';

/** Whether a value (undefined: there is none) meets a requirement. */
export function meetsRequirement({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const [actual, bound] = [integer(value), integer(values[0])];
      if (actual === undefined || bound === undefined) return false;
      return operator === 'Gt' ? actual > bound : actual < bound;
    }
    default:
      return false;
  }
}

const integer = (text: string | undefined) => (text !== undefined && /^[-+]?\d+$/.test(text) ? BigInt(text) : undefined);

/** A term's requirements must all be met; a term without any matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: NodeInfo): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => meetsRequirement(requirement, node.labels[requirement.key])) &&
    matchFields.every((requirement) => meetsRequirement(requirement, requirement.key === 'metadata.name' ? node.name : undefined))
  );
}

/** Whether a node meets the pod's node selector and required node affinity. */
export function matchesNodeAffinity(pod: Pod, node: NodeInfo): boolean {
  const { nodeSelector, affinity } = pod.spec ?? {};
  for (const key in nodeSelector) if (node.labels[key] !== nodeSelector[key]) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** The nodes that the pod's affinity names one by one (as DaemonSets do); undefined where it does not. */
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

export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare({ pod }) {
    const { nodeSelector, affinity } = pod.spec ?? {};
    if (!nodeSelector && !affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return undefined;
    return (node) => (matchesNodeAffinity(pod, node) ? undefined : NO_MATCH);
  },
};

export const nodeAffinityScore: Score = {
  name: 'NodeAffinity',
  weight: 2,
  prepare({ pod }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return undefined;
    return (node) => preferred.reduce((sum, { weight, preference }) => sum + (prefers(preference, node) ? weight : 0), 0);
  },
  normalize: (scores) => normalizeByMax(scores, false),
};

/** Unlike a required term, an empty preference is met by every node. */
const prefers = (term: NodeSelectorTerm, node: NodeInfo) => (!term.matchExpressions?.length && !term.matchFields?.length) || matchesTerm(term, node);
