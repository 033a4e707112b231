import { decodedKeys, hasMembers, isLong, markLong, parsedKeys } from '../../base/json/long-values.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import type { DecodeState } from './decode.ts';
import { copy, decoderOf, MAX_DEPTH, zeroOf } from './decode.ts';
import type { Property, StructuralSchema } from './structural.ts';

/** Scalars that are looked at in one step. An object or list that is not long is a step of its own. */
const STEP_COUNT = 1_000;

/** Whether a step ends with the item, which is the `count`th. */
export const endsStep = (item: unknown, count: number): boolean => (typeof item === 'object' && item !== null) || count % STEP_COUNT === 0;

/** Decodes a value as the decoder of its schema does, with pauses in its long parts, which stay marked as long. The order of fields is kept. Ends early if it fails. */
export function* decodeSteps(value: unknown, schema: StructuralSchema, state: DecodeState): Steps<unknown> {
  if (!isLong(value) || schema.parsedAs || schema.format !== undefined) return decoderOf(schema)(value, state);
  if (schema.type === 'array' && schema.items && Array.isArray(value)) return yield* list(value, schema.items, state);
  if (schema.type === 'object' && isObject(value)) {
    if (schema.properties) return yield* struct(value, schema, schema.properties, state);
    if (typeof schema.additionalProperties === 'object') return yield* map(value, schema.additionalProperties, state);
  }
  // The decoder refuses the value, or copies it whole.
  const probe = { failed: false, unknown: false };
  decoderOf(schema)(Array.isArray(value) ? [] : {}, probe);
  if (!probe.failed) return yield* copySteps(value);
  state.failed = true;
  return undefined;
}

function* list(value: readonly unknown[], items: StructuralSchema, state: DecodeState): Steps<unknown[]> {
  const decode = decoderOf(items);
  // A list that grows to a million items is copied in a step of its own each time that it does.
  const out: unknown[] = markLong(new Array(value.length));
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    const decoded = isLong(item) ? yield* decodeSteps(item, items, state) : decode(item, state);
    if (state.failed) return out;
    out[i] = decoded === undefined ? zeroOf(items) : decoded;
    if (endsStep(item, i)) yield;
  }
  return out;
}

type Fields = Record<string, unknown>;

function* map(value: Readonly<Fields>, values: StructuralSchema, state: DecodeState): Steps<Fields> {
  const decode = decoderOf(values);
  const out: Fields = markLong({});
  let count = 0;
  const keys = parsedKeys.of(value);
  for (const key of keys) {
    const item = value[key];
    const decoded = isLong(item) ? yield* decodeSteps(item, values, state) : decode(item, state);
    if (state.failed) return out;
    setOwn(out, key, decoded === undefined ? zeroOf(values) : decoded);
    if (endsStep(item, ++count)) yield;
  }
  decodedKeys.note(out, keys);
  return out;
}

/** The short fields are decoded together by the schema's decoder, so that it is the only one to know which fields are dropped or filled in. */
function* struct(value: Readonly<Fields>, schema: StructuralSchema, properties: ReadonlyMap<string, Property>, state: DecodeState): Steps<Fields> {
  const short: Fields = {};
  const decodedApart = new Map<string, unknown>();
  let count = 0;
  for (const key of parsedKeys.of(value)) {
    if (++count % STEP_COUNT === 0) yield;
    const property = properties.get(key);
    if (!property) state.unknown = true;
    else if (isLong(value[key])) {
      const field = yield* decodeSteps(value[key], property.schema, state);
      yield;
      // Whether what is left empty is dropped, the decoder of the structure knows.
      const isEmpty = typeof field === 'object' && field !== null && !hasMembers(field);
      short[key] = isEmpty ? field : null;
      if (!isEmpty) decodedApart.set(key, field);
    } else short[key] = value[key];
  }
  const decoded = decoderOf(schema)(short, state) as Fields;
  const out: Fields = {};
  for (const key of Object.keys(short)) {
    const field = decodedApart.has(key) ? decodedApart.get(key) : decoded[key];
    if (field !== undefined && field !== null) out[key] = field;
  }
  for (const key of Object.keys(decoded)) if (!(key in out)) out[key] = decoded[key];
  return hasMembers(out) ? markLong(out) : out;
}

/** Copies a JSON value deeply, with pauses in its long parts. @throws RangeError past the deepest nesting that is accepted. */
export const copySteps = <T>(value: T): Steps<T> => copyBelow(value, 0) as Steps<T>;

function* copyBelow(value: unknown, depth: number): Steps<unknown> {
  if (!isLong(value)) return copy(value, depth);
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  let count = 0;
  if (Array.isArray(value)) {
    const items: unknown[] = markLong([]);
    for (const item of value) {
      items.push(isLong(item) ? yield* copyBelow(item, depth + 1) : copy(item, depth + 1));
      if (endsStep(item, ++count)) yield;
    }
    return items;
  }
  const out: Fields = markLong({});
  const fields = value as Readonly<Fields>;
  for (const key of Object.keys(fields)) {
    const item = fields[key];
    setOwn(out, key, isLong(item) ? yield* copyBelow(item, depth + 1) : copy(item, depth + 1));
    if (endsStep(item, ++count)) yield;
  }
  return out;
}
