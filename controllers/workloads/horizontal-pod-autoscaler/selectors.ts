import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';
import type { Requirement, Selector } from '../../../api/selector/selector.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

const OPERATORS: ReadonlyMap<Requirement['operator'], string> = new Map([
  ['=', 'In'],
  ['==', 'In'],
  ['in', 'In'],
  ['!=', 'NotIn'],
  ['notin', 'NotIn'],
  ['exists', 'Exists'],
  ['!', 'DoesNotExist'],
]);

/** Returns the selector as metav1.LabelSelector, by which informers have an index; undefined for one that compares numbers. */
function structured({ requirements }: Selector): LabelSelector | undefined {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = [];
  for (const { key, operator, values } of requirements) {
    const named = OPERATORS.get(operator);
    const [value = ''] = values;
    if (named === undefined) return undefined;
    if (named === 'In' && values.length === 1 && matchLabels[key] === undefined) matchLabels[key] = value;
    else matchExpressions.push({ key, operator: named, ...(values.length > 0 ? { values: [...values] } : {}) });
  }
  return { matchLabels, matchExpressions };
}

/** Returns the pods of a namespace that a selector matches. */
export function podsOf(pods: Informer<Pod>, namespace: string, selector: Selector): readonly Live<Pod>[] {
  const byIndex = structured(selector);
  return byIndex ? pods.select(namespace, byIndex) : pods.list(namespace).filter(({ metadata }) => selector.matches(metadata.labels));
}

/** The selectors by which autoscalers find their pods, as they were last read. */
export interface KnownSelectors {
  set(key: ObjectKey, selector: Selector): void;
  delete(key: ObjectKey): void;
  /** Returns the autoscalers (`namespace/name`, sorted) whose selectors match one of the pods, of one namespace. */
  controlling(namespace: string, pods: readonly Live<Pod>[]): string[];
}

export function createKnownSelectors(): KnownSelectors {
  const byNamespace = new Map<string, Map<string, Selector>>();
  return {
    set(key, selector) {
      const known = byNamespace.get(key.namespace) ?? new Map<string, Selector>();
      byNamespace.set(key.namespace, known);
      known.set(keyText(key), selector);
    },
    delete(key) {
      const known = byNamespace.get(key.namespace);
      known?.delete(keyText(key));
      if (known?.size === 0) byNamespace.delete(key.namespace);
    },
    controlling(namespace, pods) {
      const found: string[] = [];
      for (const [name, selector] of byNamespace.get(namespace) ?? []) {
        if (pods.some(({ metadata }) => selector.matches(metadata.labels))) found.push(name);
      }
      return found.sort();
    },
  };
}
