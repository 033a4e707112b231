import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ContainerType } from '../contract/pod-metrics.ts';

/** The part that a container plays in its pod: an init container, a sidecar among them, one of the pod's own, or one of `kubectl debug`. */
export type ContainerRole = 'init' | 'sidecar' | 'app' | 'ephemeral';

/** The kind of a container by its name, as metrics name it. */
export function containerTypeOf({ spec }: Pod, name: string): ContainerType {
  if (spec?.initContainers?.some((container) => container.name === name)) return 'init_container';
  return spec?.ephemeralContainers?.some((container) => container.name === name) ? 'ephemeral_container' : 'container';
}

/** Init containers, then the pod's own: the order in which they start. */
export const specContainers = ({ spec }: Pod): readonly Container[] => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
