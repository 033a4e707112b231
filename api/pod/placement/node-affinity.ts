import { parseInt64 } from '../../../base/int64.ts';
import { labelValueFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './affinity.ts';

/**
 * Node selectors and node affinity, with the semantics of k8s.io/component-helpers/scheduling/corev1/nodeaffinity:
 *
 * - Terms are alternatives; the requirements of a term must all be met.
 * - A term without requirements matches no node, and so does a term that cannot be read (an unknown operator, a value that no label can
 *   have, a bound of Gt or Lt that is no integer of 64 bits). The other terms still count.
 * - `matchFields` knows `metadata.name`, In and NotIn, and one value.
 *
 * The compiled forms read the terms once and can be asked about many nodes.
 */

/** The parts of a node that selectors look at. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type NodePredicate = (node: SelectableNode) => boolean;

/** Whether a node matches one of the selector's terms. */
export const matchesNodeSelector = (selector: NodeSelector, node: SelectableNode): boolean => compileNodeSelector(selector)(node);

/** Whether a node meets a pod's `spec.nodeSelector` and the required part of its `spec.affinity.nodeAffinity`. */
export const matchesNodeAffinity = (
  affinity: NodeAffinity | undefined,
  nodeSelector: Readonly<Record<string, string>> | undefined,
  node: SelectableNode,
): boolean => compileNodeAffinity(affinity, nodeSelector)?.(node) ?? true;

/** The compiled form of `matchesNodeAffinity`. Returns undefined if every node would do. */
export function compileNodeAffinity(
  affinity: NodeAffinity | undefined,
  nodeSelector: Readonly<Record<string, string>> | undefined,
): NodePredicate | undefined {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const matchesRequired = required && compileNodeSelector(required);
  const wanted = Object.entries(nodeSelector ?? {});
  if (wanted.length === 0) return matchesRequired;
  return (node) => wanted.every(([key, value]) => labelValue(node.labels, key) === value) && (matchesRequired?.(node) ?? true);
}

/** The compiled form of `matchesNodeSelector`. */
export function compileNodeSelector({ nodeSelectorTerms }: NodeSelector): NodePredicate {
  const terms = (nodeSelectorTerms ?? []).flatMap((term) => compileNodeSelectorTerm(term) ?? []);
  const [only] = terms;
  if (only && terms.length === 1) return only;
  return (node) => terms.some((matches) => matches(node));
}

/** The compiled form of one term. Returns undefined if the term matches no node: it is empty or cannot be read. */
export function compileNodeSelectorTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodePredicate | undefined {
  const checks: NodePredicate[] = [];
  for (const requirement of matchExpressions) {
    const check = labelCheck(requirement);
    if (!check) return undefined;
    checks.push(({ labels }) => check(labelValue(labels, requirement.key)));
  }
  for (const requirement of matchFields) {
    const check = fieldCheck(requirement);
    if (!check) return undefined;
    checks.push(check);
  }
  return checks.length === 0 ? undefined : (node) => checks.every((check) => check(node));
}

const labelValue = (labels: SelectableNode['labels'], key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);

type ValueCheck = (value: string | undefined) => boolean;

/** Returns undefined if the requirement cannot be read. */
function labelCheck({ key, operator, values = [] }: NodeSelectorRequirement): ValueCheck | undefined {
  if (qualifiedNameFaults(key).length > 0 || values.some((value) => labelValueFaults(value).length > 0)) return undefined;
  switch (operator) {
    case 'In':
      return values.length === 0 ? undefined : (value) => value !== undefined && values.includes(value);
    case 'NotIn':
      return values.length === 0 ? undefined : (value) => value === undefined || !values.includes(value);
    case 'Exists':
      return values.length > 0 ? undefined : (value) => value !== undefined;
    case 'DoesNotExist':
      return values.length > 0 ? undefined : (value) => value === undefined;
    case 'Gt':
    case 'Lt':
      return values.length === 1 ? boundCheck(operator, parseInt64(values[0] ?? '')) : undefined;
    default:
      return undefined;
  }
}

function boundCheck(operator: 'Gt' | 'Lt', bound: bigint | undefined): ValueCheck | undefined {
  if (bound === undefined) return undefined;
  return (text) => {
    const value = text === undefined ? undefined : parseInt64(text);
    if (value === undefined) return false;
    return operator === 'Gt' ? value > bound : value < bound;
  };
}

/** Returns undefined if the requirement cannot be read. A field that nodes do not have counts as empty, as upstream's field selectors have it. */
function fieldCheck({ key, operator, values = [] }: NodeSelectorRequirement): NodePredicate | undefined {
  if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  const [wanted] = values;
  const isIn = operator === 'In';
  return ({ name }) => ((key === 'metadata.name' ? name : '') === wanted) === isIn;
}
