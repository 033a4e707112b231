import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { signOfQuantity } from '../../api/schema/quantity.ts';

type Requirements = ResourceRequirements | undefined;

const isSet = (amount: string | undefined): amount is string => amount !== undefined && signOfQuantity(amount) !== 0;

/**
 * Returns a container's resources with the limits of its pod as a whole where it has none of its own: those that its cgroup has
 * (pkg/kubelet/util, GetLimits).
 */
export function withPodLimits(resources: Requirements, ofPod: Requirements): ResourceRequirements {
  const own = resources ?? {};
  const filled: Record<string, string> = {};
  for (const name of ['cpu', 'memory'] as const) {
    const limit = ofPod?.limits?.[name];
    if (isSet(limit) && !isSet(own.limits?.[name])) filled[name] = limit;
  }
  return Object.keys(filled).length === 0 ? own : { ...own, limits: { ...own.limits, ...filled } };
}
