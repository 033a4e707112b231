import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceFieldSelector } from '../../api/pod/env/env.ts';
import { isHugePages } from '../../api/pod/resources/resource-names.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import { withPodLimits } from './effective-resources.ts';

/** The node's allocatable amounts, which stand in for limits that are not set. */
export type Allocatable = Readonly<Record<string, string>>;

/**
 * The value of a `resourceFieldRef`: divided by its divisor and rounded up; a limit that is not set is that of the pod as a whole, or the node's
 * allocatable amount (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/). A container without a limit of huge pages may use none.
 * @throws Error if the container or the resource is unknown.
 */
export function resourceFieldValue(pod: Pod, self: Container | undefined, ref: ResourceFieldSelector, allocatable: Allocatable): string {
  const container = ref.containerName
    ? [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(({ name }) => name === ref.containerName)
    : self;
  if (!container) throw new Error(`container ${ref.containerName ?? ''} not found`);
  const [kind, ...rest] = ref.resource.split('.');
  const resource = rest.join('.');
  if ((kind !== 'limits' && kind !== 'requests') || resource === '') throw new Error(`unsupported container resource : ${ref.resource}`);
  const { limits, requests } = withPodLimits(container.resources, pod.spec?.resources);
  const amount = kind === 'limits' ? (limits?.[resource] ?? (isHugePages(resource) ? undefined : allocatable[resource])) : requests?.[resource];
  const divisor = ref.divisor === undefined || ref.divisor === '0' ? '1' : ref.divisor;
  const amountOf = resource === 'cpu' ? milliValueOfQuantity : valueOfQuantity;
  return String(Math.ceil(amountOf(amount ?? '0') / amountOf(divisor)));
}
