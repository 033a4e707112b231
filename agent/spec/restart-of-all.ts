import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { mayRestartAll, restartsAllAfter } from '../../api/pod/container/restart-rules.ts';
import type { PodObservation } from '../contract/observation.ts';
import { latestContainer } from '../contract/observation.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';
import { specContainers } from './pod-containers.ts';

/** The pod's condition while its containers are removed, so that all of them start anew in the sandbox that there is (KEP-5532). */
export const ALL_RESTARTING = 'AllContainersRestarting';

/** The reason of a container's end and of its waiting, where it was removed for a restart of all. */
export const REMOVED_FOR_RESTART = 'RestartingAllContainers';

/** Whether a restart of all containers is under way by the pod's status. */
export const isRestartingAll = ({ status }: Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === ALL_RESTARTING && condition.status === 'True') ?? false;

/** Whether the latest exit of one of its containers restarts all of them. */
export function asksForRestartOfAll(pod: Pod, observation: PodObservation): boolean {
  if (!mayRestartAll(pod.spec ?? {})) return false;
  return specContainers(pod).some((container) => {
    const latest = latestContainer(observation, container.name);
    return latest !== undefined && isSource(container, latest);
  });
}

/** A container that a restart of all removes. */
export interface Removal {
  readonly container: Container;
  readonly id: string;
  /** It may run: it is killed first. */
  readonly kill: boolean;
}

/**
 * The containers that a restart of all removes, with their earlier attempts, in kubelet's order: those that asked for it come last, so that
 * an agent that begins anew still sees why. Ephemeral containers stay.
 */
export function removalsForRestart({ spec }: Pod, { containers }: PodObservation): readonly Removal[] {
  const removals = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap((container) =>
    containers
      .filter(({ name }) => name === container.name)
      .map((found) => ({ removal: { container, id: found.id, kill: found.state !== 'exited' }, isSource: isSource(container, found) })),
  );
  return [false, true].flatMap((last) => removals.filter((entry) => entry.isSource === last).map(({ removal }) => removal));
}

const isSource = (container: Container, { state, exitCode }: RuntimeContainer): boolean =>
  state === 'exited' && restartsAllAfter(container, exitCode);

/** The number of restarts of a container without a record in the runtime: its status counts on where a restart of all removed the record. */
export function countAfterRemoval({ spec, status }: Pod, { name }: Container): number {
  if (!mayRestartAll(spec ?? {})) return 0;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const known = statuses.find((candidate) => candidate.name === name);
  if (known === undefined) return 0;
  // A status without an ID is of the run to come.
  return known.restartCount + (known.containerID === undefined ? 0 : 1);
}
