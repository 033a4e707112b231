import { ageColumn, nameColumn, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { since } from '../../../columns/human-duration.ts';
import type { Live } from '../../../meta/object.ts';
import type { ContainerStateTerminated, ContainerStatus } from '../../../pod/container/container-status.ts';
import type { Pod } from './schema.ts';

interface Summary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  /** Time of the last restart; empty if it is unknown. */
  readonly lastRestart: string;
}

const NODE_LOST = 'NodeLost';

function terminatedText(state: ContainerStateTerminated): string {
  if (state.reason) return state.reason;
  return state.signal ? `Signal:${state.signal}` : `ExitCode:${state.exitCode}`;
}

const laterOf = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
const lastEnd = (status: ContainerStatus): string | undefined => status.lastState?.terminated?.finishedAt;
const hasCondition = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

/** Returns the state of an unfinished init container; undefined if it is done, or is a sidecar that has started. */
function initText(status: ContainerStatus, sidecar: boolean, index: number, total: number): string | undefined {
  const { terminated, waiting } = status.state ?? {};
  if (terminated?.exitCode === 0) return undefined;
  if (sidecar && status.started) return undefined;
  if (terminated) return `Init:${terminatedText(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

/** Summarises a pod in one line, as `kubectl get pods` does (pkg/printers/internalversion, printPod). */
function podSummary(pod: Live<Pod>): Summary {
  const status = pod.status ?? {};
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const total = (pod.spec?.containers.length ?? 0) + sidecars.size;
  let text = status.reason || status.phase || '';
  if (status.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) text = 'SchedulingGated';

  let ready = 0;
  let restarts = 0;
  let lastRestart = '';
  let sidecarRestarts = 0;
  let lastSidecarRestart = '';
  let initializing = false;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecars.has(container.name);
    restarts += container.restartCount;
    lastRestart = laterOf(lastRestart, lastEnd(container));
    if (sidecar) {
      sidecarRestarts += container.restartCount;
      lastSidecarRestart = laterOf(lastSidecarRestart, lastEnd(container));
    }
    const unfinished = initText(container, sidecar, index, pod.spec?.initContainers?.length ?? 0);
    if (unfinished !== undefined) {
      text = unfinished;
      initializing = true;
      break;
    }
    if (sidecar && container.ready && container.state?.terminated === undefined) ready++;
  }

  if (!initializing || hasCondition(pod, 'Initialized')) {
    restarts = sidecarRestarts;
    lastRestart = lastSidecarRestart;
    let running = false;
    for (const container of (status.containerStatuses ?? []).toReversed()) {
      const { waiting, terminated } = container.state ?? {};
      restarts += container.restartCount;
      lastRestart = laterOf(lastRestart, lastEnd(container));
      if (waiting?.reason) text = waiting.reason;
      else if (terminated) text = terminatedText(terminated);
      else if (container.ready && container.state?.running) {
        running = true;
        ready++;
      }
    }
    if (text === 'Completed' && running) text = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  }

  if (pod.metadata.deletionTimestamp) {
    if (status.reason === NODE_LOST) text = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') text = 'Terminating';
  }
  return { ready: `${ready}/${total}`, status: text, restarts, lastRestart };
}

function restartsText(pod: Live<Pod>, now: number): string {
  const { restarts, lastRestart } = podSummary(pod);
  return restarts === 0 || lastRestart === '' ? String(restarts) : `${restarts} (${since(lastRestart, now)} ago)`;
}

function gatesText(pod: Live<Pod>): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => hasCondition(pod, gate.conditionType)).length}/${gates.length}`;
}

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  shown('Ready', 'How many of the pod’s containers are ready, of how many.', (pod) => podSummary(pod).ready),
  shown('Status', 'The pod’s phase, or what its containers are stuck on.', (pod) => podSummary(pod).status),
  shown('Restarts', 'How often containers were started again, and how long ago the last time was.', restartsText),
  ageColumn,
  wide('IP', 'The pod’s address.', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>'),
  wide('Node', 'The node the pod was bound to.', (pod) => pod.spec?.nodeName || '<none>'),
  wide('Nominated Node', 'Where the pod is to run once others have made room.', (pod) => pod.status?.nominatedNodeName || '<none>'),
  wide('Readiness Gates', 'How many of the conditions that readiness waits for are true.', gatesText),
];
