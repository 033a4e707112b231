import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { restartsAfter } from '../../api/pod/container/restart-rules.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';

/** The policy that applies to the container: its own (sidecars; since 1.34 others too), otherwise the pod's. */
export const restartPolicyOf = (pod: Pod, container?: Container): string => container?.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';

/** Whether a failed container of the pod is ever started again, as far as its policy says: rules are about its exit code. */
export const mayRestart = (pod: Pod, container?: Container): boolean => restartPolicyOf(pod, container) !== 'Never';

/** Whether a container that does not run is to be started; `last` is its latest attempt. */
export function shouldRestart(pod: Pod, container: Container, last: RuntimeContainer | undefined): boolean {
  if (pod.metadata?.deletionTimestamp) return false;
  if (!last || last.state === 'created' || last.state === 'unknown') return true;
  return last.state !== 'running' && restartsAfter(container, pod.spec ?? {}, last.exitCode);
}
