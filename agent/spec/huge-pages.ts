import { hugePageSize, isHugePages } from '../../api/pod/resources/resource-names.ts';
import { quantityProblem, valueOfQuantity } from '../../api/schema/quantity.ts';

/** Returns the bytes of one page of `hugepages-2Mi`. Undefined if the resource is none of huge pages. */
export function pageSizeOf(resource: string): number | undefined {
  if (!isHugePages(resource)) return undefined;
  const size = hugePageSize(resource);
  return quantityProblem(size) === undefined ? valueOfQuantity(size) : undefined;
}
