import type { PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ContainerStatus } from '../../../api/pod/container/container-status.ts';

export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

/** The way in which a failed pod is treated. */
export interface FailureVerdict {
  /** The action of the rule that matched; undefined without one, which counts. */
  readonly action: FailureAction | undefined;
  readonly counts: boolean;
  /** Explains why the whole Job fails; for FailJob only. */
  readonly message?: string;
}

const COUNTED: FailureVerdict = { action: undefined, counts: true };

/** Finds the first rule that a failed pod matches. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Live<Pod>): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    switch (rule.action) {
      case 'Ignore':
        return { action: 'Ignore', counts: false };
      case 'Count':
      case 'FailIndex':
        return { action: rule.action, counts: true };
      case 'FailJob':
        return { action: 'FailJob', counts: true, message: `${cause} matching FailJob rule at index ${index}` };
    }
  }
  return COUNTED;
}

/** Returns the words for what of the pod matches the rule; undefined if nothing does. */
function causeOf({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Live<Pod>): string | undefined {
  const { namespace, name } = keyOf(pod);
  if (onExitCodes) {
    const container =
      matchingContainer(pod.status?.containerStatuses, onExitCodes) ?? matchingContainer(pod.status?.initContainerStatuses, onExitCodes);
    return container && `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.exitCode}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && (pattern.status || 'True') === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function matchingContainer(
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): { readonly name: string; readonly exitCode: number } | undefined {
  for (const { name, state } of statuses ?? []) {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) continue;
    const listed = (values ?? []).includes(exitCode);
    if (operator === 'In' ? listed : operator === 'NotIn' && !listed) return { name, exitCode };
  }
  return undefined;
}
