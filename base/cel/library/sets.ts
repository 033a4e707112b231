import { ONE, plus, scaled, times, UNKNOWN } from '../cost.ts';
import type { Costs, Functions, Library, Overload } from '../functions.ts';
import { isIn, itemsOf, sizeOf } from '../operations.ts';
import { BOOL, listType, paramType } from '../types.ts';
import type { Value } from '../values.ts';
import { ListValue, noSuchOverload } from '../values.ts';

const LIST = listType(paramType('T'));

function relation(id: string, holds: (a: ListValue, b: ListValue) => boolean): readonly Overload[] {
  const call = (a?: Value, b?: Value): Value => {
    if (!(a instanceof ListValue && b instanceof ListValue)) throw noSuchOverload();
    return holds(a, b);
  };
  return [{ id, params: [LIST, LIST], result: BOOL, call }];
}
const contains = (a: ListValue, b: ListValue): boolean => itemsOf(b).every((item) => isIn(item, a));

const functions: Functions = {
  'sets.contains': relation('list_sets_contains_list', contains),
  'sets.equivalent': relation('list_sets_equivalent_list', (a, b) => contains(a, b) && contains(b, a)),
  'sets.intersects': relation('list_sets_intersects_list', (a, b) => itemsOf(a).some((item) => isIn(item, b))),
};

/** Lists as sets. */
export const setLibrary: Library = { functions };

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['list_sets_contains_list', 1],
  ['list_sets_intersects_list', 1],
  ['list_sets_equivalent_list', 2],
]);

export const setCosts: Costs = {
  of: (_name, overload, [a = null, b = null]) => {
    const factor = FACTORS.get(overload);
    return factor === undefined ? undefined : 1 + Math.floor(sizeOf(a) * sizeOf(b) * factor);
  },
  estimate: ({ overload, args: [a, b] }) => {
    const factor = FACTORS.get(overload);
    if (factor === undefined) return undefined;
    return { cost: plus(scaled(times(a?.size ?? UNKNOWN, b?.size ?? UNKNOWN), factor), ONE) };
  },
};
