import { canonicalJson, isObject } from '../../../base/json.ts';
import type { Steps } from '../../../base/steps.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid } from '../../schema/field-error.ts';
import type { StructuralSchema } from '../../schema/structural.ts';
import { mapKeyOf } from '../../schema/validate/correlation.ts';

/** Reports the items of sets and map lists that stand twice, by the list types of a schema, with pauses in long ones. */
export type ListTypeCheck = (value: unknown, path: string, errors: FieldError[]) => Steps<void>;

/** Items that are looked at in one step. */
const STEP_COUNT = 500;

const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const typeOfList = (schema: StructuralSchema): 'set' | 'map' | undefined => {
  const type = schema['x-kubernetes-list-type'];
  return type === 'set' || type === 'map' ? type : undefined;
};

/** Makes the check of a schema, of the parts only that lead to such a list; undefined if there are none (pkg/apiserver/schema/listtype of apiextensions-apiserver). */
export function listTypeCheck(schema: StructuralSchema): ListTypeCheck | undefined {
  const own = typeOfList(schema);
  const items = schema.items && listTypeCheck(schema.items);
  const others = typeof schema.additionalProperties === 'object' ? listTypeCheck(schema.additionalProperties) : undefined;
  const fields = new Map<string, ListTypeCheck>();
  for (const { name, schema: field } of schema.properties?.values() ?? []) {
    const check = listTypeCheck(field);
    if (check) fields.set(name, check);
  }
  if (!own && !items && !others && fields.size === 0) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return function* check(value, path, errors) {
    if (Array.isArray(value)) {
      if (own === 'set') yield* reportRepeated(value, (i) => value[i], path, errors);
      else if (own === 'map') yield* checkMapList(value, keys, path, errors);
      if (items) for (let i = 0; i < value.length; i++) yield* items(value[i], `${path}[${i}]`, errors);
    } else if (isObject(value)) {
      if (others) for (const key of Object.keys(value)) yield* others(value[key], `${path}[${key}]`, errors);
      for (const [key, field] of fields) if (Object.hasOwn(value, key)) yield* field(value[key], childPath(path, key), errors);
    }
    yield;
  };
}

/** Reports the second of the items with equal identities, once for each identity. `shown` returns what the error shows of an item. */
function* reportRepeated(identities: readonly unknown[], shown: (i: number) => unknown, path: string, errors: FieldError[]): Steps<void> {
  if (identities.length < 2) return;
  const seen = new Map<unknown, number>();
  for (let i = 0; i < identities.length; i++) {
    const identity = identities[i];
    const key = typeof identity === 'object' && identity !== null ? canonicalJson(identity) : identity;
    // Texts and compounds may look alike.
    const slot = typeof key === 'string' ? `${typeof identity}${key}` : key;
    const times = seen.get(slot) ?? 0;
    seen.set(slot, times + 1);
    if (times === 1) errors.push(duplicate(`${path}[${i}]`, shown(i)));
    if (i % STEP_COUNT === STEP_COUNT - 1) yield;
  }
}

function* checkMapList(items: readonly unknown[], keys: readonly string[], path: string, errors: FieldError[]): Steps<void> {
  const stranger = items.findIndex((item) => item !== null && !isObject(item));
  if (stranger >= 0) {
    errors.push(invalid(`${path}[${stranger}]`, items[stranger], 'must be an object for an array of list-type map'));
    return;
  }
  const keysOf = (item: unknown) =>
    Object.fromEntries(keys.filter((key) => isObject(item) && Object.hasOwn(item, key)).map((key) => [key, isObject(item) ? item[key] : null]));
  // A text is made far quicker than an object of the keys, which only items without some key need.
  const identities: unknown[] = [];
  for (const item of items) if (identities.push(mapKeyOf(item, keys) ?? keysOf(item)) % STEP_COUNT === 0) yield;
  yield* reportRepeated(identities, (i) => keysOf(items[i]), path, errors);
}
