import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { compareQuantities } from '../../api/schema/quantity.ts';

/** The resources that can be changed while a container runs. */
const RESIZABLE = ['cpu', 'memory'] as const;
type Resizable = (typeof RESIZABLE)[number];
type Requirements = ResourceRequirements | undefined;

/** The containers of a pod whose resources can be changed while it runs: its own and its sidecars. */
export const resizableContainers = ({ spec }: Pod): readonly Container[] => [
  ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ...(spec?.containers ?? []),
];

const sameAmount = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && compareQuantities(a, b) === 0);

const sameOf = (resource: Resizable, a: Requirements, b: Requirements): boolean =>
  a === b || (sameAmount(a?.requests?.[resource], b?.requests?.[resource]) && sameAmount(a?.limits?.[resource], b?.limits?.[resource]));

/** Whether two containers' resources are the same, as far as they can be changed. */
export const sameResources = (a: Requirements, b: Requirements): boolean => RESIZABLE.every((resource) => sameOf(resource, a, b));

/** Whether a change of a container's resources reaches it only with a restart, by its resizePolicy. */
export const needsRestart = ({ resizePolicy = [], resources }: Container, applied: Requirements): boolean =>
  resizePolicy.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && RESIZABLE.some((resource) => resource === resourceName && !sameOf(resource, resources, applied)),
  );

/** Returns the pod with other resources of its containers, by name; those that are not named stay. The same pod if nothing differs. */
export function withResources<T extends Pod>(pod: T, resources: ReadonlyMap<string, ResourceRequirements>): T {
  const { spec } = pod;
  if (!spec || !resizableContainers(pod).some(({ name, resources: own }) => resources.has(name) && !sameResources(own, resources.get(name))))
    return pod;
  const replaced = (container: Container): Container => {
    const other = resources.get(container.name);
    return other && !sameResources(container.resources, other) ? { ...container, resources: other } : container;
  };
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map(replaced),
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(replaced) } : {}),
    },
  };
}

/** Tells of a resize in the words of kubelet's events (pkg/kubelet/events, podResizeMessage): `Pod resize started: {…}`. */
export function resizeText(prefix: string, pod: Pod, error?: string): string {
  const summary = (containers: readonly Container[] | undefined) =>
    containers?.length ? containers.map(({ name, resources }) => ({ name, resources: ordered(resources) })) : undefined;
  const { initContainers, containers } = pod.spec ?? { containers: [] };
  const sidecars = initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const facts = { initContainers: summary(sidecars), containers: summary(containers), generation: pod.metadata?.generation ?? 0, error };
  return `${prefix}: ${JSON.stringify(facts)}`;
}

/** As Go marshals them: limits first, names in order. */
function ordered(resources: Requirements) {
  const sorted = (list: Readonly<Record<string, string>> | undefined) =>
    list && Object.keys(list).length > 0 ? Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1))) : undefined;
  return { limits: sorted(resources?.limits), requests: sorted(resources?.requests) };
}
