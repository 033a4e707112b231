import type { ContainerState, ContainerStatus } from '../../../api/pod/container/container-status.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';

/** The state of a container whose end nobody saw: it counts as killed. */
export const unknownEnd = (message: string, reason = 'ContainerStatusUnknown'): ContainerState => ({
  terminated: { exitCode: 137, reason, message, startedAt: undefined, finishedAt: undefined },
});

const AT_THE_END = unknownEnd('The container could not be located when the pod was terminated');
const hasLeftWaiting = ({ state, lastState }: ContainerStatus): boolean => lastState?.terminated !== undefined || state?.waiting === undefined;
const withEnd = (status: ContainerStatus): ContainerStatus => (status.state?.terminated ? status : { ...status, state: AT_THE_END });

/**
 * The statuses of a pod that has ended: a container without an end of its own counts as failed, so that nobody takes the pod for a
 * success, or for one that still starts. Init containers after the last that began, and containers whose turn never came, stay as they are.
 * The rules are those of kubelet's status manager (TerminatePod).
 */
export function withUnknownEnds(
  spec: PodSpec | undefined,
  init: readonly ContainerStatus[],
  containers: readonly ContainerStatus[],
): { readonly init: ContainerStatus[]; readonly containers: ContainerStatus[] } {
  const begun = Math.max(1, init.findLastIndex(hasLeftWaiting) + 1);
  return {
    init: init.map((status, index) => (index < begun ? withEnd(status) : status)),
    containers: isInitialized(spec, init, containers) ? containers.map(withEnd) : [...containers],
  };
}

function isInitialized(spec: PodSpec | undefined, init: readonly ContainerStatus[], containers: readonly ContainerStatus[]): boolean {
  const last = init.at(-1);
  if (last === undefined || containers.some(hasLeftWaiting)) return true;
  if (spec?.initContainers?.at(-1)?.restartPolicy === 'Always') return last.state?.running !== undefined && last.started === true;
  return last.state?.terminated?.exitCode === 0 || last.lastState?.terminated?.exitCode === 0;
}
