import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container, ContainerResizePolicy } from '../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { compareQuantities } from '../../api/schema/quantity.ts';

/** The resources that can be changed while a container runs. */
const RESIZABLE = ['cpu', 'memory'] as const;
type Resizable = (typeof RESIZABLE)[number];
type Requirements = ResourceRequirements | undefined;
type Amounts = ResourceRequirements['limits'];

const isResizable = (name: string): name is Resizable => name === 'cpu' || name === 'memory';

const sameAmount = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && compareQuantities(a, b) === 0);

const sameOf = (resource: Resizable, a: Requirements, b: Requirements): boolean =>
  a === b || (sameAmount(a?.requests?.[resource], b?.requests?.[resource]) && sameAmount(a?.limits?.[resource], b?.limits?.[resource]));

/** Whether two holders' resources are the same, as far as they can be changed. */
export const sameResources = (a: Requirements, b: Requirements): boolean => RESIZABLE.every((resource) => sameOf(resource, a, b));

/** Whether a change of a container's resources reaches it only with a restart, by its resizePolicy. */
export const needsRestart = (policies: readonly ContainerResizePolicy[] = [], wanted: Requirements, applied: Requirements): boolean =>
  policies.some(
    ({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && isResizable(resourceName) && !sameOf(resourceName, wanted, applied),
  );

/** Returns resources with the amounts in force in place of those that can be changed, under the names that they have. */
export function inForce(resources: ResourceRequirements, applied: ResourceRequirements): ResourceRequirements {
  const amounts = (own: Amounts, has: Amounts): Amounts =>
    own &&
    Object.fromEntries(
      Object.entries(own).flatMap(([name, amount]) => {
        const current = isResizable(name) ? has?.[name] : amount;
        return current === undefined ? [] : [[name, sameAmount(current, amount) ? amount : current]];
      }),
    );
  const limits = amounts(resources.limits, applied.limits);
  const requests = amounts(resources.requests, applied.requests);
  return { ...resources, ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
}

/** Tells of a resize in the words of kubelet's events (pkg/kubelet/events, podResizeMessage): `Pod resize started: {…}`. */
export function resizeText(prefix: string, pod: Pod, generation = 0, error?: string): string {
  const summary = (containers: readonly Container[] | undefined) =>
    containers?.length ? containers.map(({ name, resources }) => ({ name, resources: ordered(resources) })) : undefined;
  const { initContainers, containers } = pod.spec ?? { containers: [] };
  const facts = { initContainers: summary(initContainers), containers: summary(containers), generation, error };
  return `${prefix}: ${JSON.stringify(facts)}`;
}

/** As Go marshals them: limits first, names in order. */
function ordered(resources: Requirements) {
  const sorted = (list: Readonly<Record<string, string>> | undefined) =>
    list && Object.keys(list).length > 0 ? Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1))) : undefined;
  return { limits: sorted(resources?.limits), requests: sorted(resources?.requests) };
}
