import { parseQuantity } from '../../api/schema/quantity.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';

const amounts = createBoundedMap<bigint>(1000);

/** Returns the amount of a quantity in billionths. Memoized: devices have few distinct quantities. */
export function nanosOf(text: string): bigint {
  let nanos = amounts.get(text);
  if (nanos === undefined) {
    nanos = parseQuantity(text).nanos;
    amounts.set(text, nanos);
  }
  return nanos;
}

/** Amounts in billionths, by name. */
export type Amounts = ReadonlyMap<string, bigint>;

/** Adds amounts in place, or subtracts them with -1n. A name whose amount comes to nothing is dropped. */
export function addAmounts(to: Map<string, bigint>, amounts: Amounts, sign: 1n | -1n = 1n): void {
  for (const [name, amount] of amounts) {
    const sum = (to.get(name) ?? 0n) + sign * amount;
    if (sum === 0n) to.delete(name);
    else to.set(name, sum);
  }
}
