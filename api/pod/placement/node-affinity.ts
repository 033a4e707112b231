import type { Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './affinity.ts';

/** The facts of a node that selectors can ask about. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether the node meets a pod's `nodeSelector` and its required node affinity, where the pod has them. */
export function matchesNodeAffinity(
  affinity: Affinity | undefined,
  nodeSelector: Readonly<Record<string, string>> | undefined,
  node: SelectableNode,
): boolean {
  for (const key in nodeSelector) if (node.labels[key] !== nodeSelector[key]) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}

/** Whether the node matches one of the selector's terms. A selector without terms matches no node. */
export const matchesNodeSelector = (selector: NodeSelector, node: SelectableNode): boolean =>
  selector.nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node));

/** Whether all requirements of the term are met. A term without requirements matches no node. */
export function matchesNodeSelectorTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: SelectableNode): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => meetsRequirement(requirement, node.labels[requirement.key])) &&
    matchFields.every((requirement) => meetsRequirement(requirement, requirement.key === 'metadata.name' ? node.name : undefined))
  );
}

/**
 * Whether a value meets a requirement; undefined means that the node has no such label or field. `Gt` and `Lt` compare 64-bit integers and
 * hold only if both sides are integers (k8s.io/apimachinery/pkg/labels: Requirement.Matches).
 */
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
      const [actual, bound] = [parseInt64(value), parseInt64(values[0])];
      if (actual === undefined || bound === undefined) return false;
      return operator === 'Gt' ? actual > bound : actual < bound;
    }
    default:
      return false;
  }
}

/** Parses as Go's `strconv.ParseInt(text, 10, 64)`. Returns undefined for other text and for numbers beyond 64 bits. */
function parseInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[-+]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}
