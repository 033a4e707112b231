import { own, setOwn } from '../../base/json.ts';
import { addQuantities, compareQuantities } from './quantity.ts';

/** Resource name → quantity, as in `resources.requests`. */
export type ResourceList = Readonly<Record<string, string>>;

/** Returns a copy of a list. For one of many names this is far quicker than to spread it. */
export function copyOf(list: ResourceList): Record<string, string> {
  const copy: Record<string, string> = {};
  for (const name in list) setOwn(copy, name, list[name]);
  return copy;
}

/** Returns the sum of two lists, name by name. */
export function addResources(a: ResourceList, b: ResourceList): Record<string, string> {
  const sum: Record<string, string> = copyOf(a);
  for (const name in b) {
    const quantity = b[name] ?? '0';
    const there = own(sum, name);
    setOwn(sum, name, there === undefined ? quantity : addQuantities(there, quantity));
  }
  return sum;
}

/** Returns the larger of two lists, name by name. */
export function maxResources(a: ResourceList, b: ResourceList): Record<string, string> {
  const max: Record<string, string> = copyOf(a);
  for (const name in b) {
    const quantity = b[name] ?? '0';
    const there = own(max, name);
    if (there === undefined || compareQuantities(quantity, there) > 0) setOwn(max, name, quantity);
  }
  return max;
}
