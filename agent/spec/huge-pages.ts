import { hugePageSize, isHugePages } from '../../api/pod/resources/resource-names.ts';
import { quantityProblem, valueOfQuantity } from '../../api/schema/quantity.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Returns the size of a page as cgroups and the CRI name it: `2MB`. */
export function pageSizeName(pageSize: number): string {
  let [size, unit] = [pageSize, 0];
  for (; size >= 1024 && unit < UNITS.length - 1; unit++) size /= 1024;
  return `${size}${UNITS[unit]}`;
}

/** Whether huge pages are among some amounts. */
export function hasHugePages(amounts: Readonly<Record<string, string>> | undefined): boolean {
  for (const name in amounts) if (isHugePages(name)) return true;
  return false;
}

/** Returns the bytes of huge pages among some amounts, by the bytes of a page. */
export function hugePagesOf(amounts: Readonly<Record<string, string>> = {}): Map<number, number> {
  const found = new Map<number, number>();
  for (const name in amounts) {
    const size = pageSizeOf(name);
    if (size !== undefined) found.set(size, (found.get(size) ?? 0) + valueOfQuantity(amounts[name] ?? '0'));
  }
  return found;
}

/** Returns the bytes of one page of `hugepages-2Mi`. Undefined if the resource is none of huge pages. */
export function pageSizeOf(resource: string): number | undefined {
  if (!isHugePages(resource)) return undefined;
  const size = hugePageSize(resource);
  return quantityProblem(size) === undefined ? valueOfQuantity(size) : undefined;
}
