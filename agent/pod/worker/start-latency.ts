import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodObservation } from '../../contract/observation.ts';

/**
 * The latency of a pod's start, by the definition of the "pod startup latency SLI" and as kubelet measures it
 * (pkg/kubelet/util/pod_startup_latency_tracker.go).
 */

/** Whether a pod that the agent sees for the first time counts: an agent before it has not begun with it, and it has not waited for room. */
export const isStartMeasured = ({ status }: Live<Pod>): boolean =>
  status?.startTime === undefined &&
  !status?.conditions?.some(({ type, status: value, reason }) => type === 'PodScheduled' && value === 'False' && reason === 'Unschedulable');

/** Whether the API shows all containers running. */
export function isShownRunning({ status }: Live<Pod>): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ state }) => state?.running?.startedAt);
}

/** Returns the milliseconds for which the pod's init containers ran, sidecars aside. They run one after the other. */
export function initMs({ spec }: Pod, { containers }: PodObservation): number {
  const names = new Set((spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always').map(({ name }) => name));
  if (names.size === 0) return 0;
  return containers
    .filter(({ name, startedAt, finishedAt }) => names.has(name) && startedAt > 0 && finishedAt > startedAt)
    .reduce((sum, { startedAt, finishedAt }) => sum + finishedAt - startedAt, 0);
}

/** Whether a pod has volumes whose content the node does not make. */
export const isStateful = ({ spec }: Pod): boolean =>
  spec?.volumes?.some(({ secret, configMap, downwardAPI, emptyDir, projected }) => !(secret || configMap || downwardAPI || emptyDir || projected)) ??
  false;
