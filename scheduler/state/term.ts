import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { PodAffinityTerm } from '../../api/pod/placement/affinity.ts';
import type { Labels, Selector } from '../../api/selector/selector.ts';
import { nothing, SelectorError, selectorFrom } from '../../api/selector/selector.ts';

/** A pod affinity term, compiled. */
export interface Term {
  readonly topologyKey: string;
  readonly selector: Selector;
  /** The namespaces that are named; if there is no selector, these are all. */
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector | undefined;
}

export interface WeightedTerm extends Term {
  readonly weight: number;
}

/** The labels of a namespace; undefined if it is not known. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

/** Compiles a term; `labels` and `namespace` are those of the pod that has it. */
export function termOf(term: PodAffinityTerm, namespace: string, labels: Labels | undefined): Term {
  const named = term.namespaces ?? [];
  return {
    topologyKey: term.topologyKey,
    selector: compileSelector(withLabelKeys(term.labelSelector, labels, term.matchLabelKeys, term.mismatchLabelKeys)),
    namespaces: new Set(named.length === 0 && !term.namespaceSelector ? [namespace] : named),
    namespaceSelector: term.namespaceSelector && compileSelector(term.namespaceSelector),
  };
}

/** Whether the term selects a pod with these labels in this namespace. */
export function termMatches(term: Term, namespace: string, labels: Labels | undefined, namespaceLabels: NamespaceLabels): boolean {
  const inNamespace = term.namespaces.has(namespace) || (term.namespaceSelector?.matches(namespaceLabels(namespace) ?? {}) ?? false);
  return inNamespace && term.selector.matches(labels);
}

/** Compiles a selector. One that cannot be read matches nothing: validation has refused it long before. */
export function compileSelector(selector: LabelSelector | undefined): Selector {
  try {
    return selectorFrom(selector);
  } catch (error) {
    if (error instanceof SelectorError) return nothing;
    throw error;
  }
}

/** Narrows the selector to pods that have the same value as `labels` for each key of `match`, and another one for each of `mismatch`. */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  labels: Labels | undefined,
  match: readonly string[] | undefined,
  mismatch?: readonly string[],
): LabelSelector | undefined {
  if (!selector || (!match?.length && !mismatch?.length)) return selector;
  const requirement = (operator: string) => (key: string) => {
    const value = labels?.[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  };
  return {
    ...selector,
    matchExpressions: [
      ...(selector.matchExpressions ?? []),
      ...(match ?? []).flatMap(requirement('In')),
      ...(mismatch ?? []).flatMap(requirement('NotIn')),
    ],
  };
}
