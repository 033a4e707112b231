import { resourceList } from '../../schema/fields.ts';
import { addQuantities, canonicalQuantity } from '../../schema/quantity.ts';

/** The usage of a node or a container: CPU in cores, memory as working set. */
export const usageField = (of: string) => resourceList(`CPU and memory that the ${of} uses.`);

/** Returns the sum of a resource over several usages, as columns show it; `0` without any. */
export const totalUsage = (usages: readonly Readonly<Record<string, string>>[], resource: string): string =>
  canonicalQuantity(usages.reduce((sum, usage) => addQuantities(sum, usage[resource] ?? '0'), '0'));
