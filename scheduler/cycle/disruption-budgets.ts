import type { PodDisruptionBudget } from '../../api/kinds/policy/index.ts';
import { podDisruptionBudgets } from '../../api/kinds/policy/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Informer, Informers } from '../../runtime/watch/informer.ts';
import { indexBySelector } from '../../runtime/watch/selector-index.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Victims by whether their eviction together would break a PodDisruptionBudget; each list in the order given. */
export interface Split {
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

/** The PodDisruptionBudgets of the cluster, which preemption breaks only if it must. */
export interface DisruptionBudgets {
  split(victims: readonly PodInfo[]): Split;
}

/** Counts what each budget still allows, pod by pod (upstream's filterPodsWithPDBViolation). */
export function splitByBudgets(victims: readonly PodInfo[], budgetsOf: (pod: PodInfo) => readonly Live<PodDisruptionBudget>[]): Split {
  const allowed = new Map<string, number>();
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of victims) {
    let breaks = false;
    for (const { metadata, status } of budgetsOf(pod)) {
      // The API server has counted this pod already.
      if (status?.disruptedPods?.[pod.pod.metadata.name] !== undefined) continue;
      const left = (allowed.get(metadata.uid) ?? status?.disruptionsAllowed ?? 0) - 1;
      allowed.set(metadata.uid, left);
      if (left < 0) breaks = true;
    }
    (breaks ? violating : others).push(pod);
  }
  return { violating, others };
}

/** Whether a budget holds for pods at all: upstream's scheduler takes one without a selector, or with an empty one, as meant for none. */
const holds = ({ spec }: Live<PodDisruptionBudget>): boolean => {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  return Object.keys(matchLabels).length + matchExpressions.length > 0;
};

/** Finds the budgets of a pod by the index that the disruption controller uses too. */
export function createDisruptionBudgets(informers: Informers): DisruptionBudgets & { readonly needs: readonly Pick<Informer, 'ready'>[] } {
  const informer = informers.of(podDisruptionBudgets);
  const selecting = indexBySelector(informer, ({ spec }) => spec?.selector);
  return {
    needs: [informer],
    split: (victims) =>
      splitByBudgets(victims, ({ namespace, labels }) => (Object.keys(labels).length === 0 ? [] : selecting(namespace, labels).filter(holds))),
  };
}
