import type { LongValues } from '../../base/json/long-values.ts';
import { longValues } from '../../base/json/long-values.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import type { DecodeState } from './decode.ts';
import { copy, decoderOf, MAX_DEPTH, zeroOf } from './decode.ts';
import type { Property, StructuralSchema } from './structural.ts';

/** Fields, entries or items that are looked at in one step. */
const STEP_COUNT = 1_000;

/** Decodes a value as the decoder of its schema does, with pauses. The order of fields is kept. */
export const decodeSteps = (value: unknown, schema: StructuralSchema, state: DecodeState): Steps<unknown> =>
  decodeLong(value, schema, state, longValues());

/** Copies a JSON value deeply, with pauses. @throws RangeError past the deepest nesting that is accepted. */
export const copySteps = (value: unknown): Steps<unknown> => copyLong(value, longValues(), 0);

function* decodeLong(value: unknown, schema: StructuralSchema, state: DecodeState, long: LongValues): Steps<unknown> {
  if (!long.isLong(value) || schema.parsedAs || schema.format !== undefined) return decoderOf(schema)(value, state);
  if (schema.type === 'array' && schema.items && Array.isArray(value)) return yield* list(value, schema.items, state, long);
  if (schema.type === 'object' && isObject(value)) {
    if (schema.properties) return yield* struct(value, schema, schema.properties, state, long);
    if (typeof schema.additionalProperties === 'object') return yield* map(value, schema.additionalProperties, state, long);
  }
  // The decoder refuses the value, or copies it whole.
  const probe = { failed: false, unknown: false };
  decoderOf(schema)(Array.isArray(value) ? [] : {}, probe);
  if (!probe.failed) return yield* copyLong(value, long, 0);
  state.failed = true;
  return undefined;
}

function* list(value: readonly unknown[], items: StructuralSchema, state: DecodeState, long: LongValues): Steps<unknown[]> {
  const decode = decoderOf(items);
  const out: unknown[] = [];
  for (const item of value) {
    const decoded = long.isLong(item) ? yield* decodeLong(item, items, state, long) : decode(item, state);
    if (out.push(decoded === undefined ? zeroOf(items) : decoded) % STEP_COUNT === 0) yield;
  }
  return out;
}

type Fields = Record<string, unknown>;

function* map(value: Readonly<Fields>, values: StructuralSchema, state: DecodeState, long: LongValues): Steps<Fields> {
  const decode = decoderOf(values);
  const out: Fields = {};
  let count = 0;
  for (const key of Object.keys(value)) {
    const item = value[key];
    const decoded = long.isLong(item) ? yield* decodeLong(item, values, state, long) : decode(item, state);
    setOwn(out, key, decoded === undefined ? zeroOf(values) : decoded);
    if (++count % STEP_COUNT === 0) yield;
  }
  return out;
}

/** The short fields are decoded together by the schema's decoder, so that it is the only one to know which fields are dropped or filled in. */
function* struct(
  value: Readonly<Fields>,
  schema: StructuralSchema,
  properties: ReadonlyMap<string, Property>,
  state: DecodeState,
  long: LongValues,
): Steps<Fields> {
  const short: Fields = {};
  const decodedApart = new Map<string, unknown>();
  let count = 0;
  for (const key of Object.keys(value)) {
    if (++count % STEP_COUNT === 0) yield;
    const property = properties.get(key);
    if (!property) state.unknown = true;
    else if (long.isLong(value[key])) {
      short[key] = null;
      decodedApart.set(key, yield* decodeLong(value[key], property.schema, state, long));
    } else short[key] = value[key];
  }
  const decoded = decoderOf(schema)(short, state) as Fields;
  const out: Fields = {};
  for (const key of Object.keys(short)) {
    const field = decodedApart.has(key) ? decodedApart.get(key) : decoded[key];
    if (field !== undefined && field !== null) out[key] = field;
  }
  for (const key of Object.keys(decoded)) if (!(key in out)) out[key] = decoded[key];
  return out;
}

function* copyLong(value: unknown, long: LongValues, depth: number): Steps<unknown> {
  if (!long.isLong(value)) return copy(value, depth);
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  let count = 0;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      items.push(long.isLong(item) ? yield* copyLong(item, long, depth + 1) : copy(item, depth + 1));
      if (++count % STEP_COUNT === 0) yield;
    }
    return items;
  }
  const out: Fields = {};
  const fields = value as Readonly<Fields>;
  for (const key of Object.keys(fields)) {
    const item = fields[key];
    setOwn(out, key, long.isLong(item) ? yield* copyLong(item, long, depth + 1) : copy(item, depth + 1));
    if (++count % STEP_COUNT === 0) yield;
  }
  return out;
}
