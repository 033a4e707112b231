import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ContainerStatus } from '../../../api/pod/container/container-status.ts';
import { restartPolicyOf } from '../../spec/restart-policy.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export const isTerminal = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/**
 * The phase that the containers' statuses make (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase).
 * `ended`: the pod is over whatever its restart policy says (deleted, evicted, past its deadline).
 */
export function podPhase(pod: Pod, init: readonly ContainerStatus[], containers: readonly ContainerStatus[], ended: boolean): PodPhase {
  const sidecarNames = new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const regular = init.filter(({ name }) => !sidecarNames.has(name));
  const sidecars = init.filter(({ name }) => sidecarNames.has(name));
  const initFailed = regular.some(({ state }) => state?.terminated && state.terminated.exitCode !== 0);
  const initPending =
    regular.some(({ state, lastState }) => state?.running || (state?.waiting && lastState?.terminated?.exitCode !== 0)) ||
    sidecars.some(({ started, state, lastState }) => (state?.running && !started) || (state?.waiting && !lastState?.terminated));
  const sidecarRuns = sidecars.some(({ state }) => state?.running);

  if (initFailed && restartPolicyOf(pod) === 'Never') return 'Failed';
  const running = containers.filter(({ state }) => state?.running).length;
  const ends = containers.flatMap(({ state, lastState }) => state?.terminated ?? (state?.waiting ? (lastState?.terminated ?? []) : []));
  const waiting = containers.filter(({ state, lastState }) => state?.waiting && !lastState?.terminated).length;
  const succeeded = containers.filter(({ state }) => state?.terminated?.exitCode === 0).length;
  if (ended && running === 0 && !sidecarRuns) return succeeded === containers.length && !initFailed ? 'Succeeded' : 'Failed';
  // A pod whose containers have run once is not pending again because an init container is looked at anew.
  if (initPending && running === 0 && ends.length === 0) return 'Pending';
  if (initFailed && running === 0 && ends.length === 0) return 'Pending';
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (ends.length === 0) return 'Pending';
  if (restartPolicyOf(pod) === 'Always' || sidecarRuns) return 'Running';
  if (succeeded === containers.length) return 'Succeeded';
  return restartPolicyOf(pod) === 'Never' ? 'Failed' : 'Running';
}
