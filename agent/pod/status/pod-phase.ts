import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { ContainerStateTerminated, ContainerStatus } from '../../../api/pod/container/container-status.ts';
import { restartsAfter } from '../../../api/pod/container/restart-rules.ts';
import { isSidecar } from '../../../api/pod/container/sidecar.ts';
import { REMOVED_FOR_RESTART } from '../../spec/restart-of-all.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export const isTerminal = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** A container with its status; without one nothing is known of it. */
interface Known {
  readonly container: Container;
  readonly status: ContainerStatus | undefined;
}

/**
 * The phase that the containers' statuses make (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase).
 * `ended`: the pod is over whatever its restart policy says (deleted, evicted, past its deadline).
 */
export function podPhase(pod: Pod, init: readonly ContainerStatus[], containers: readonly ContainerStatus[], ended: boolean): PodPhase {
  const known = (list: readonly Container[] | undefined, statuses: readonly ContainerStatus[]): readonly Known[] =>
    (list ?? []).map((container) => ({ container, status: statuses.find(({ name }) => name === container.name) }));
  const apps = known(pod.spec?.containers, containers);
  const all = known(pod.spec?.initContainers, init);
  const [sidecars, regular] = [all.filter(({ container }) => isSidecar(container)), all.filter(({ container }) => !isSidecar(container))];

  const failedInit = regular.filter((one) => (endOf(one)?.exitCode ?? 0) !== 0);
  if (failedInit.some((one) => isOver(pod, one))) return 'Failed';
  const running = apps.filter(isRunning).length;
  const succeeded = apps.filter(({ status }) => status?.state?.terminated?.exitCode === 0).length;
  if (ended && running === 0 && !sidecars.some(isRunning)) return succeeded === apps.length && failedInit.length === 0 ? 'Succeeded' : 'Failed';

  const initPending = regular.some((one) => endOf(one) === undefined);
  // A sidecar that starts again does not undo the initialization.
  const hasRun = running > 0 || apps.some((one) => endOf(one) !== undefined && endOf(one)?.reason !== REMOVED_FOR_RESTART);
  const sidecarPending = sidecars.some((one) => isWaiting(one) || (!hasRun && isRunning(one) && !one.status?.started));
  if (initPending || sidecarPending || apps.some(isWaiting)) return 'Pending';
  if (running > 0 || sidecars.some(isRunning)) return 'Running';
  if (apps.some((one) => !isOver(pod, one))) return 'Running';
  return succeeded === apps.length ? 'Succeeded' : 'Failed';
}

const isRunning = ({ status }: Known): boolean => status?.state?.running !== undefined;

/** The container has not ended yet, and does not run. */
const isWaiting = (one: Known): boolean => !isRunning(one) && endOf(one) === undefined;

/** The end of a container that does not run: its last one while it waits to be started again. */
function endOf({ status }: Known): ContainerStateTerminated | undefined {
  if (status?.state?.terminated) return status.state.terminated;
  return status?.state?.waiting ? status.lastState?.terminated : undefined;
}

/** Whether a container has ended, and is not started again. */
function isOver({ spec }: Pod, one: Known): boolean {
  const end = endOf(one);
  return end !== undefined && end.reason !== REMOVED_FOR_RESTART && !restartsAfter(one.container, spec ?? {}, end.exitCode);
}
