import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import { isPodLevelResource } from '../../../api/pod/resources/resource-names.ts';
import { aggregateContainers } from '../../../api/pod/spec/container-requests.ts';
import { podCgroup } from '../../spec/pod-resources.ts';

type Kind = 'requests' | 'limits';

/** All that a pod asks for, or may use: the sum of its containers, but for what it says as a whole. */
function totalOf({ spec }: Pod, kind: Kind): Record<string, string> {
  const total = spec ? aggregateContainers(spec, ({ resources }) => resources?.[kind]) : {};
  const whole = spec?.resources?.[kind];
  for (const name in whole) if (isPodLevelResource(name)) total[name] = whole[name] ?? '0';
  return total;
}

/** Returns the amounts that a pod's cgroup holds, beside all that the pod names as a whole. */
function heldBy(pod: Pod, kind: Kind): Record<string, string> {
  const { cpuLimitMilli, memoryLimitBytes } = podCgroup(pod, '');
  const total = totalOf(pod, kind);
  const isHeld = (name: string): boolean => {
    if (kind === 'requests') return name === 'cpu' || name === 'memory';
    return (name === 'cpu' && cpuLimitMilli > 0) || (name === 'memory' && memoryLimitBytes > 0);
  };
  const whole = pod.spec?.resources?.[kind];
  return Object.fromEntries(Object.entries(total).filter(([name]) => isHeld(name) || (isPodLevelResource(name) && whole && name in whole)));
}

const isEmpty = (amounts: Readonly<Record<string, string>>): boolean => Object.keys(amounts).length === 0;

/**
 * The resources that a pod as a whole has, and those that the node has set aside for it. Kubelet reads the former from a running pod's cgroup,
 * rounded; here they are exact. Overhead is not among them: the scheduler adds it.
 * @param held the pod by which its cgroup was set last
 */
export function podLevelResources(pod: Pod, held: Pod, isRunning: boolean): Pick<PodStatus, 'resources' | 'allocatedResources'> {
  const of = (kind: Kind) => (isRunning ? heldBy(held, kind) : totalOf(held, kind));
  const [limits, requests, allocatedResources] = [of('limits'), of('requests'), totalOf(pod, 'requests')];
  return {
    ...(isEmpty(allocatedResources) ? {} : { allocatedResources }),
    resources: { ...(isEmpty(limits) ? {} : { limits }), ...(isEmpty(requests) ? {} : { requests }) },
  };
}
