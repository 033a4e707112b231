import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { canonicalQuantity, quantityText, valueOfQuantity } from '../../api/schema/quantity.ts';
import type { ContainerUse, PodUse } from './pod-usage.ts';
import type { Observations } from './pressure.ts';
import { resourceOf } from './pressure.ts';
import type { StarvedResource, Threshold } from './threshold.ts';
import { amountOf } from './threshold.ts';

/** An amount as kubelet prints it: of memory and disk with the largest binary suffix that leaves no fraction. */
export const amountText = (amount: number, resource: StarvedResource): string =>
  quantityText({
    nanos: BigInt(Math.floor(amount)) * 1_000_000_000n,
    format: resource === 'inodes' || resource === 'pids' ? 'DecimalSI' : 'BinarySI',
  });

/** Tells why a pod is evicted for a shortage, in the words of kubelet (pkg/kubelet/eviction/helpers.go, evictionMessage). */
export function shortageText(
  resource: StarvedResource,
  pod: Pod,
  use: PodUse | undefined,
  met: readonly Threshold[],
  observations: Observations,
): string {
  let text = `The node was low on resource: ${resource}. `;
  const threshold = met.find((each) => resourceOf(each) === resource && observations.has(each.signal));
  const observed = threshold && observations.get(threshold.signal);
  if (observed) {
    const wanted = amountText(amountOf(threshold.amount, observed.capacity), resource);
    text += `Threshold quantity: ${wanted}, available: ${amountText(observed.available, resource)}. `;
  }
  const specs = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  for (const container of use?.containers ?? []) {
    const spec = specs.find(({ name }) => name === container.name);
    const amount = spec && useOf(container, resource);
    if (amount === undefined) continue;
    const request = spec?.resources?.requests?.[resource] ?? '0';
    if (amount <= valueOfQuantity(request)) continue;
    text += `Container ${container.name} was using ${amountText(amount, resource)}, request is ${canonicalQuantity(request)}, has larger consumption of ${resource}. `;
  }
  return text;
}

function useOf({ memoryBytes, rootfs, logs }: ContainerUse, resource: StarvedResource): number | undefined {
  if (resource === 'memory') return memoryBytes;
  return resource === 'ephemeral-storage' ? rootfs.bytes + logs.bytes : undefined;
}
