import type { ScopeRequirement } from '../../../definition/quota-rule.ts';
import type { PodAffinityTerm } from '../../../pod/placement/affinity.ts';
import { compareQuantities } from '../../../schema/quantity.ts';
import type { Pod } from './schema.ts';

/** Returns whether no container asks for CPU or memory, nor is limited in them. */
function isBestEffort(pod: Pod): boolean {
  if (pod.status?.qosClass) return pod.status.qosClass === 'BestEffort';
  const asks = (list: Readonly<Record<string, string>> | undefined) =>
    Object.entries(list ?? {}).some(([name, quantity]) => (name === 'cpu' || name === 'memory') && compareQuantities(quantity, '0') > 0);
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const all = [pod.spec?.resources, ...containers.map((container) => container.resources)];
  return !all.some((resources) => asks(resources?.requests) || asks(resources?.limits));
}

function usesCrossNamespaceAffinity(pod: Pod): boolean {
  const affinity = pod.spec?.affinity;
  const terms: PodAffinityTerm[] = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((kind) => [
    ...(kind?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(kind?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}

function matchesPriorityClass(pod: Pod, { operator, values = [] }: ScopeRequirement): boolean {
  const name = pod.spec?.priorityClassName ?? '';
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return name !== '' && values.includes(name);
    case 'NotIn':
      return name === '' || !values.includes(name);
    default:
      return false;
  }
}

/** Returns whether a pod ends by a deadline: the scope Terminating. An update may set the deadline. */
export const isTerminating = ({ spec }: Pod): boolean => spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;

/** Returns whether a pod is in a scope (https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes). */
export function podMatchesScope(pod: Pod, scope: ScopeRequirement): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return matchesPriorityClass(pod, scope);
    case 'CrossNamespacePodAffinity':
      return usesCrossNamespaceAffinity(pod);
    default:
      return false;
  }
}
