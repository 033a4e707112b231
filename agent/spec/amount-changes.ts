import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { milliValueOfQuantity } from '../../api/schema/quantity.ts';
import type { AmountChange } from '../contract/pod-metrics.ts';
import { specContainers } from './pod-containers.ts';

const RESOURCES = ['memory', 'cpu'] as const;
const REQUIREMENTS = ['requests', 'limits'] as const;

/** Returns the changes from one version of a pod to the next in what its containers ask for. Init containers that are no sidecars cannot change. */
export function amountChanges(before: Pod, after: Pod): readonly AmountChange[] {
  const resources = new Map(specContainers(before).map((container) => [container.name, container.resources]));
  return specContainers(after).flatMap((container) =>
    RESOURCES.flatMap((resource) =>
      REQUIREMENTS.flatMap((requirement): AmountChange[] => {
        const had = resources.get(container.name)?.[requirement]?.[resource];
        const has = container.resources?.[requirement]?.[resource];
        const operation = had === has ? undefined : operationOf(amount(had), amount(has));
        return operation ? [{ resource, requirement, operation }] : [];
      }),
    ),
  );
}

const amount = (quantity: string | undefined): number => (quantity === undefined ? 0 : milliValueOfQuantity(quantity));

/** Returns undefined if nothing changes: an amount of 0 is none. */
function operationOf(before: number, after: number): AmountChange['operation'] | undefined {
  if (before === after) return undefined;
  if (after === 0) return 'remove';
  if (before === 0) return 'add';
  return after > before ? 'increase' : 'decrease';
}
