import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { isSidecar } from '../../api/pod/container/sidecar.ts';
import { SYSTEM_CRITICAL_PRIORITY } from './critical-priority.ts';
import { memoryBytes, peakOf, qosClass, requestsOf } from './pod-resources.ts';

const requestOf = ({ resources }: Container): number => memoryBytes(requestsOf(resources));

/** The container's oom_score_adj: the kernel kills those with the highest first when memory runs out (pkg/kubelet/qos/policy.go). */
export function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  if ((pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY) return -997;
  const qos = qosClass(pod.spec);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const spare = spareMemory(pod);
  const scoreOf = (bytes: number) => 1000 - Math.trunc((1000 * (bytes + spare)) / Math.max(1, memoryCapacity));
  const score = scoreOf(requestOf(container));
  const isOfSidecar = isSidecar(container) && pod.spec?.initContainers?.some(({ name }) => name === container.name);
  // A sidecar is not killed before the containers that it serves.
  const bounded = isOfSidecar ? Math.min(score, scoreOf(Math.min(...(pod.spec?.containers ?? []).map(requestOf)))) : score;
  return Math.min(999, Math.max(3, bounded));
}

/** Returns the share of each container in the memory that the pod as a whole asks for beyond what its containers ask for; bytes. */
function spareMemory(pod: Pod): number {
  const requested = memoryBytes(pod.spec?.resources?.requests);
  if (requested === 0) return 0;
  const count = (pod.spec?.containers ?? []).length + (pod.spec?.initContainers ?? []).length;
  return Math.trunc((requested - peakOf(pod, (resources) => memoryBytes(requestsOf(resources)))) / count);
}
