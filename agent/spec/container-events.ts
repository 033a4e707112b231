import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';

/** Records an event on one container of a pod: `kubectl describe pod` shows which. */
export function containerEvent(
  recorder: EventRecorder,
  pod: Live<Pod>,
  container: Container,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  recorder.event(pod, type, reason, message, fieldPathOf(pod, container.name));
}

/** Records that a simulated container starts in spite of a problem for which a real one would not. */
export function simulatedEvent(recorder: EventRecorder, pod: Live<Pod>, container: Container, problem: string): void {
  containerEvent(recorder, pod, container, 'Warning', 'Simulated', `${problem}: a container that runs for real would not start`);
}

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function fieldPathOf(pod: Live<Pod>, name: string): string {
  const list = LISTS.find((candidate) => pod.spec?.[candidate]?.some((container) => container.name === name)) ?? 'containers';
  return `spec.${list}{${name}}`;
}
