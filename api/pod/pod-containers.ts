import type { Container, EphemeralContainer } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';
type Visit = (container: Container | EphemeralContainer, list: ContainerList, index: number) => void;

/** Visits the containers of a pod in the order upstream does: init, regular, ephemeral. */
export function eachContainer(spec: PodSpec, visit: Visit): void {
  spec.initContainers?.forEach((container, i) => {
    visit(container, 'initContainers', i);
  });
  spec.containers?.forEach((container, i) => {
    visit(container, 'containers', i);
  });
  spec.ephemeralContainers?.forEach((container, i) => {
    visit(container, 'ephemeralContainers', i);
  });
}

/** A sidecar: an init container that keeps running (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';
