import type { LabelSelectorRequirement } from '../../../meta/label-selector.ts';
import { keysOfSelector } from '../../../meta/label-selector.ts';
import type { PodAffinityTerm } from '../../../pod/placement/affinity.ts';
import type { Pod } from './schema.ts';

type Labels = Readonly<Record<string, string>>;

/** Returns one requirement per key, with the pod's own value. Keys without a label on the pod are skipped. */
function requirementsFor(keys: readonly string[] | undefined, operator: 'In' | 'NotIn', labels: Labels): LabelSelectorRequirement[] {
  return (keys ?? []).flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

/**
 * Turns `matchLabelKeys` and `mismatchLabelKeys` of affinity terms and of topology spread constraints into requirements of the selectors,
 * on create, so that the scheduler need not know of them (KEP-3633, KEP-3243).
 */
export function mergeMatchLabelKeys(pod: Pod): void {
  const labels = pod.metadata?.labels ?? {};
  const { affinity, topologySpreadConstraints } = pod.spec ?? {};
  for (const kind of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    for (const term of kind?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeInto(term, labels);
    for (const { podAffinityTerm } of kind?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (podAffinityTerm) mergeInto(podAffinityTerm, labels);
    }
  }
  for (const { matchLabelKeys, labelSelector } of topologySpreadConstraints ?? []) {
    if (!labelSelector || !matchLabelKeys?.length) continue;
    // A key that the selector names already is an error, which validation must still find.
    const named = keysOfSelector(labelSelector);
    if (matchLabelKeys.some((key) => named.has(key))) continue;
    add(labelSelector, requirementsFor(matchLabelKeys, 'In', labels));
  }
}

function mergeInto(term: PodAffinityTerm, labels: Labels): void {
  if (!term.labelSelector) return;
  add(term.labelSelector, requirementsFor(term.matchLabelKeys, 'In', labels));
  add(term.labelSelector, requirementsFor(term.mismatchLabelKeys, 'NotIn', labels));
}

function add(selector: NonNullable<PodAffinityTerm['labelSelector']>, requirements: LabelSelectorRequirement[]): void {
  if (requirements.length > 0) selector.matchExpressions = [...(selector.matchExpressions ?? []), ...requirements];
}
