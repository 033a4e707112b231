import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { ResourceStatus } from '../../../api/pod/container/container-status.ts';
import { mayRestartAll } from '../../../api/pod/container/restart-rules.ts';
import { timeText } from '../../../base/clock.ts';
import { readySandbox } from '../../contract/observation.ts';
import { qosClass } from '../../spec/pod-resources.ts';
import { asksForRestartOfAll, isRestartingAll, removalsForRestart } from '../../spec/restart-of-all.ts';
import { claimStatusesOf } from './claim-statuses.ts';
import type { ContainerStatusInput } from './container-status.ts';
import { containerStatus } from './container-status.ts';
import type { ResizeProgress } from './pod-conditions.ts';
import { podConditions } from './pod-conditions.ts';
import { podLevelResources } from './pod-level-resources.ts';
import type { PodPhase } from './pod-phase.ts';
import { isTerminal, podPhase } from './pod-phase.ts';
import { withUnknownEnds } from './unknown-end.ts';

export interface PodStatusInput extends Omit<ContainerStatusInput, 'restartingAll'> {
  readonly hostIps: readonly string[];
  /** Milliseconds since the epoch: now, and when the agent first saw the pod. */
  readonly now: number;
  readonly startTime: number;
  /** The pod failed as a whole: past its deadline, evicted. Its phase says so once nothing of it runs. */
  readonly failure:
    | { readonly reason: string; readonly message: string; readonly isDisruption?: boolean; readonly disruptionMessage?: string }
    | undefined;
  /** A change of resources that the node has not agreed to, and one that has not reached all containers. */
  readonly pending: { readonly reason: string; readonly message: string } | undefined;
  readonly resizing: (ResizeProgress & { readonly held?: Live<Pod> | undefined }) | undefined;
  /** All has stopped that will be stopped. */
  readonly ended: boolean;
  /** The health of the devices that a container has by its claims. */
  readonly deviceHealth: (container: Container) => readonly ResourceStatus[];
}

/** The status of a pod as the node sees it; pure, but for the time. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, observation, failure } = input;
  const spec = pod.spec;
  const canRestartAll = mayRestartAll(spec ?? {});
  const restartingAll = canRestartAll && (isRestartingAll(pod) || asksForRestartOfAll(pod, observation));
  const { init, containers } = containerStatuses({ ...input, restartingAll });
  const ephemeral = (spec?.ephemeralContainers ?? []).map((container) => containerStatus({ ...input, restartingAll }, container, 'ephemeral'));
  const old = pod.status?.phase;
  const failed = input.ended ? failure : undefined;
  const computed: PodPhase = failed ? 'Failed' : podPhase(pod, init, containers, input.ended);
  // Succeeded and Failed are final.
  const phase = isTerminal(old) ? (old as PodPhase) : computed;
  const sandbox = readySandbox(observation);
  const ips = spec?.hostNetwork ? (sandbox || isTerminal(phase) ? input.hostIps : []) : podIps(input);
  const conditions = podConditions(pod, {
    phase,
    init,
    containers,
    sandboxReady: sandbox !== undefined,
    disruption: failure?.isDisruption ? (failure.disruptionMessage ?? failure.message) : undefined,
    pending: input.pending,
    resizing: input.resizing,
    restartingAll: canRestartAll ? restartingAll && removalsForRestart(pod, observation).length > 0 : undefined,
    now: input.now,
  });
  const { hostIps } = input;
  return {
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    phase,
    conditions,
    ...(failed ? { reason: failed.reason, message: failed.message } : carried(pod.status)),
    ...(hostIps[0] ? { hostIP: hostIps[0], hostIPs: hostIps.map((ip) => ({ ip })) } : {}),
    ...(ips[0] ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {}),
    startTime: pod.status?.startTime ?? timeText(input.startTime),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    ...(containers.length > 0 ? { containerStatuses: containers } : {}),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    ...claimStatusesOf(pod.status),
    ...podLevelResources(pod, input.resizing?.held ?? pod, phase === 'Running'),
    qosClass: pod.status?.qosClass ?? qosClass(spec),
  };
}

function containerStatuses(input: PodStatusInput & ContainerStatusInput) {
  const { spec, status } = input.pod;
  // Refused by the node: nothing of it was ever begun.
  if (isTerminal(status?.phase) && status?.containerStatuses === undefined) return { init: [], containers: [] };
  const init = (spec?.initContainers ?? []).map((container) =>
    containerStatus(input, container, container.restartPolicy === 'Always' ? 'sidecar' : 'init'),
  );
  const containers = (spec?.containers ?? []).map((container) => ({
    ...containerStatus(input, container, 'app'),
    ...(container.resources?.claims?.length || container.resources?.limits ? healthOf(input.deviceHealth(container)) : {}),
  }));
  return input.ended ? withUnknownEnds(spec, init, containers) : { init, containers };
}

const healthOf = (devices: readonly ResourceStatus[]) => (devices.length === 0 ? {} : { allocatedResourcesStatus: [...devices] });

const carried = (old: PodStatus | undefined) => ({
  ...(old?.reason ? { reason: old.reason } : {}),
  ...(old?.message ? { message: old.message } : {}),
});

/** The sandbox's addresses; those of the last one stay while there is none. */
function podIps({ pod, observation }: PodStatusInput): readonly string[] {
  const current = readySandbox(observation)?.ips ?? [];
  return current.length > 0 ? current : (pod.status?.podIPs ?? []).map(({ ip }) => ip);
}
