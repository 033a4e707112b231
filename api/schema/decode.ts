import { base64Problem, inInt32, inInt64, parseMicroTime, parseTime } from '../../base/go-json.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Field } from './fields.ts';
import { canonicalQuantity, QuantityError } from './quantity.ts';
import type { Property, StructuralSchema } from './structural.ts';
import { structuralOf } from './structural.ts';

/** The findings of a pass over a value. If either is set, a second pass (decode-report.ts) reports what and where. */
export interface DecodeState {
  failed: boolean;
  unknown: boolean;
}

/** Returns a new value that shares nothing with the given one, or `undefined` if that is null or of the wrong type. */
export type Decoder = (value: unknown, state: DecodeState) => unknown;

/** The deepest nesting of JSON that is accepted, since the stack is finite. */
export const MAX_DEPTH = 1000;

const fail = (value: unknown, state: DecodeState): undefined => {
  if (value !== null && value !== undefined) state.failed = true;
  return undefined;
};

const decodeString: Decoder = (value, state) => (typeof value === 'string' ? value : fail(value, state));
const decodeBoolean: Decoder = (value, state) => (typeof value === 'boolean' ? value : fail(value, state));
const decodeNumber: Decoder = (value, state) => (typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : fail(value, state));
// -0 fails the test for int32 and becomes 0 here.
const decodeInt32: Decoder = (value, state) => (inInt32(value) ? value : value === 0 ? 0 : fail(value, state));
const decodeInt64: Decoder = (value, state) => (inInt64(value) ? value : fail(value, state));
const decodeIntOrString: Decoder = (value, state) => (typeof value === 'string' ? value : decodeInt32(value, state));
const decodeBytes: Decoder = (value, state) => {
  if (typeof value !== 'string') return fail(value, state);
  const clean = value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]/g, '') : value;
  return base64Problem(clean) < 0 ? clean : fail(value, state);
};
const decodeTime: Decoder = (value, state) => {
  if (typeof value !== 'string') return fail(value, state);
  const parsed = parseTime(value);
  return parsed.ok ? parsed.text : fail(value, state);
};
const decodeMicroTime: Decoder = (value, state) => {
  if (typeof value !== 'string') return fail(value, state);
  const parsed = parseMicroTime(value);
  return parsed.ok ? parsed.text : fail(value, state);
};
const decodeQuantity: Decoder = (value, state) => {
  if (value === null) return undefined;
  try {
    return canonicalQuantity(typeof value === 'string' ? value.trim() : JSON.stringify(value));
  } catch (error) {
    if (error instanceof QuantityError) return fail(value, state);
    throw error;
  }
};
const decodeAny: Decoder = (value) => copy(value, 0);

/** Copies a JSON value deeply. @throws RangeError past MAX_DEPTH. */
export function copy(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setOwn(out, key, copy(item, depth + 1));
  return out;
}

const compiled = new WeakMap<StructuralSchema, Decoder>();

/** Returns the decoder of a schema, made on first use and kept. Its parts are made when a value first reaches them. */
export function decoderOf(schema: StructuralSchema): Decoder {
  const known = compiled.get(schema);
  if (known) return known;
  const decoder = build(schema);
  compiled.set(schema, decoder);
  return decoder;
}

function build(schema: StructuralSchema): Decoder {
  if (schema.parsedAs) return alternativeDecoder(schema.parsedAs);
  switch (schema.format) {
    case 'quantity':
      return decodeQuantity;
    case 'date-time':
      return decodeTime;
    case 'date-time-micro':
      return decodeMicroTime;
    case 'byte':
      return decodeBytes;
    case 'int-or-string':
      return decodeIntOrString;
    case 'int32':
      return decodeInt32;
    case 'int64':
      return decodeInt64;
  }
  switch (schema.type) {
    case 'string':
      return decodeString;
    case 'boolean':
      return decodeBoolean;
    case 'number':
    case 'integer':
      return decodeNumber;
    case 'array':
      return schema.items ? listDecoder(schema.items) : decodeAny;
    case 'object':
      if (schema.properties) return structDecoder(schema.properties);
      return typeof schema.additionalProperties === 'object' ? mapDecoder(schema.additionalProperties) : decodeAny;
    default:
      return decodeAny;
  }
}

/** Decodes objects as a structure, and lists of them; other values stay as they are. Unknown fields in them are never reported, as upstream. */
function alternativeDecoder(field: Field): Decoder {
  let decode: Decoder | undefined;
  return (value, state) => {
    if (typeof value !== 'object' || value === null) return value === null ? undefined : value;
    decode ??= decoderOf(structuralOf(field));
    const own: DecodeState = { failed: false, unknown: false };
    const decoded = Array.isArray(value) ? value.map((item) => decode?.(item, own)) : decode(value, own);
    state.failed ||= own.failed;
    return decoded;
  };
}

/** Returns Go's zero value for a place that JSON does not fill; undefined if it is not a value of ours (times). */
export function zeroOf(schema: StructuralSchema): unknown {
  switch (schema.format) {
    case 'quantity':
      return '0';
    case 'int-or-string':
      return 0;
    case 'date-time':
    case 'date-time-micro':
      return undefined;
  }
  switch (schema.type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'number':
    case 'integer':
      return 0;
    case 'array':
      return [];
    case 'object':
      return decoderOf(schema)({}, { failed: false, unknown: false });
    default:
      return undefined;
  }
}

function listDecoder(items: StructuralSchema): Decoder {
  let item: Decoder | undefined;
  return (value, state) => {
    if (!Array.isArray(value)) return fail(value, state);
    item ??= decoderOf(items);
    const out = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) {
      const decoded = item(value[i], state);
      out[i] = decoded === undefined ? zeroOf(items) : decoded;
    }
    return out;
  };
}

function mapDecoder(values: StructuralSchema): Decoder {
  let item: Decoder | undefined;
  return (value, state) => {
    if (!isObject(value)) return fail(value, state);
    item ??= decoderOf(values);
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const decoded = item(value[key], state);
      setOwn(out, key, decoded === undefined ? zeroOf(values) : decoded);
    }
    return out;
  };
}

interface Slot {
  readonly decode: Decoder;
  readonly dropsZero: boolean;
}

const isZero = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return value === '' || value === 0 || value === false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
};

/** A text that is written as null where it is absent is a pointer of Go's, which holds the empty text too; lists are not. */
const dropsZero = ({ presence, keepsEmpty, schema }: Property): boolean =>
  presence === 'value' || (presence === 'null' && schema.type !== 'string' && !keepsEmpty);

function structDecoder(properties: ReadonlyMap<string, Property>): Decoder {
  const slots = new Map<string, Slot>();
  let filled: readonly Property[] | undefined;
  const slotOf = (key: string): Slot | undefined => {
    const property = properties.get(key);
    if (!property) return undefined;
    const slot = { decode: decoderOf(property.schema), dropsZero: dropsZero(property) };
    slots.set(key, slot);
    return slot;
  };
  return (value, state) => {
    if (!isObject(value)) return fail(value, state);
    const out: Record<string, unknown> = {};
    for (const key in value) {
      const slot = slots.get(key) ?? slotOf(key);
      if (slot === undefined) {
        state.unknown = true;
        continue;
      }
      const field = slot.decode(value[key], state);
      if (field !== undefined && field !== null && !(slot.dropsZero && isZero(field))) out[key] = field;
    }
    filled ??= [...properties.values()].filter((p) => p.presence === 'filled' || p.presence === 'null');
    for (const property of filled) {
      if (out[property.name] !== undefined) continue;
      const zero = property.presence === 'null' ? null : zeroOf(property.schema);
      if (zero !== undefined) out[property.name] = zero;
    }
    return out;
  };
}
