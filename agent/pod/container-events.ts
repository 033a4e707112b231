import type { Container } from '../../api/core/container.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { Live } from '../../api/object.ts';
import type { EventRecorder } from '../../runtime/controller.ts';

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

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function fieldPathOf(pod: Live<Pod>, name: string): string {
  const list = LISTS.find((candidate) => pod.spec?.[candidate]?.some((container) => container.name === name)) ?? 'containers';
  return `spec.${list}{${name}}`;
}
