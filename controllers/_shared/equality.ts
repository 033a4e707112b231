import { hasMembers } from '../../base/json/long-values.ts';
import { own } from '../../base/json.ts';

/** Whether a value is missing, an empty list or an empty map, which mean the same in the API's types. */
const isEmpty = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'object' && !hasMembers(value));

/**
 * Whether two JSON values mean the same to the API: order of keys does not matter, and missing equals empty.
 *
 * base's `semanticEqual`, for objects that the server has decoded and defaulted, goes further: there a structure of empty fields equals its
 * absence. Controllers also compare objects of stock clusters' custom resources, where nothing was defaulted, and pod templates, where
 * `scopeSelector: { matchExpressions: [] }` or `capabilities: { add: [] }` is content that a user wrote: it differs from nothing.
 */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => semanticallyEqual(item, b[i]));
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const key of Object.keys(left)) if (!semanticallyEqual(left[key], own(right, key))) return false;
  for (const key of Object.keys(right)) if (!Object.hasOwn(left, key) && !isEmpty(right[key])) return false;
  return true;
}
