import type { Container, EphemeralContainer } from '../container/container.ts';
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
