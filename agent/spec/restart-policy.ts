import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';

/** The policy that applies to the container: its own (sidecars; since 1.34 others too), otherwise the pod's. */
export const restartPolicyOf = (pod: Pod, container?: Container): string => container?.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';

/** Whether a failed container of the pod is ever started again. */
export const mayRestart = (pod: Pod, container?: Container): boolean => restartPolicyOf(pod, container) !== 'Never';

/** Whether a container that does not run is to be started; `last` is its latest attempt. */
export function shouldRestart(pod: Pod, container: Container, last: RuntimeContainer | undefined): boolean {
  if (pod.metadata?.deletionTimestamp) return false;
  if (!last || last.state === 'created' || last.state === 'unknown') return true;
  if (last.state === 'running') return false;
  for (const rule of container.restartPolicyRules ?? []) {
    const values = rule.exitCodes?.values ?? [];
    const matches = rule.exitCodes?.operator === 'NotIn' ? !values.includes(last.exitCode) : values.includes(last.exitCode);
    if (matches) return rule.action === 'Restart';
  }
  const policy = restartPolicyOf(pod, container);
  return policy === 'Always' || (policy === 'OnFailure' && last.exitCode !== 0);
}
