import type { Union } from '../../../api/schema/fields.ts';
import type { Property, StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { parseGoDuration } from '../../../base/go-duration.ts';
import { isLong } from '../../../base/json/long-values.ts';
import { stringifySteps } from '../../../base/json/stringify-steps.ts';
import { WIRE } from '../../../base/protobuf/wire.ts';
import type { Writer } from '../../../base/protobuf/writer.ts';
import { compareTexts, sortSteps } from '../../../base/sort-steps.ts';
import type { Steps } from '../../../base/steps.ts';

/** Writes a value as field `number` of the message that the writer is in. */
type Write = (writer: Writer, number: number, value: unknown) => void;

/** A field of a message, in the order of its number. */
interface Entry {
  readonly number: number;
  /** The property; undefined for an embedded message, whose fields are properties of the structure itself. */
  readonly name: string | undefined;
  readonly write: Write;
  /** The schema of the property; the entries of an embedded message. */
  readonly inner: StructuralSchema | readonly Entry[];
  /** Writes the zero value where there is none, as Go does for a field that is no pointer; undefined where nothing is written then. */
  readonly zero: ((writer: Writer) => void) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const compiled = new WeakMap<StructuralSchema, readonly Entry[]>();

/**
 * Writes the fields of a structure as the code does that upstream generates for its Go type: in the order of their numbers, with the zero
 * values of all fields that are no pointers (k8s.io/code-generator, go-to-protobuf).
 */
export function writeMessage(writer: Writer, schema: StructuralSchema, object: unknown): void {
  writeEntries(writer, entriesOf(schema), object as Fields);
}

function writeEntries(writer: Writer, entries: readonly Entry[], object: Fields): void {
  for (let i = 0; i < entries.length; i++) {
    const { name, number, write, zero } = entries[i] as Entry;
    const value = name === undefined ? object : object[name];
    if (value !== undefined && value !== null) write(writer, number, value);
    else if (zero !== undefined) zero(writer);
  }
}

/** As writeMessage, with pauses in the long parts of the object. */
export function* writeMessageSteps(writer: Writer, schema: StructuralSchema, object: unknown): Steps<void> {
  yield* entriesSteps(writer, entriesOf(schema), object as Fields);
}

function* entriesSteps(writer: Writer, entries: readonly Entry[], object: Fields): Steps<void> {
  for (const { name, number, write, inner, zero } of entries) {
    const value = name === undefined ? object : object[name];
    if (value === undefined || value === null) zero?.(writer);
    else if (!isLong(value)) write(writer, number, value);
    else if ('length' in inner) {
      const start = writer.open(number);
      yield* entriesSteps(writer, inner, object);
      writer.close(start);
    } else yield* valueSteps(writer, number, value, inner);
    yield;
  }
}

/** Items that are written in one step. */
const STEP_COUNT = 500;

/** Writes a long value. */
function* valueSteps(writer: Writer, number: number, value: unknown, schema: StructuralSchema): Steps<void> {
  const { union, properties, items, additionalProperties: values } = schema;
  if (union) yield* unionSteps(writer, number, value, union);
  else if (properties) {
    const start = writer.open(number);
    yield* entriesSteps(writer, entriesOf(schema), value as Fields);
    writer.close(start);
  } else if (schema.type === 'array' && items) {
    const write = writerOf(items);
    for (const [i, item] of (value as unknown[]).entries()) {
      if (isLong(item)) yield* valueSteps(writer, number, item, items);
      else write(writer, number, item);
      if (i % STEP_COUNT === 0) yield;
    }
  } else if (schema.type === 'object' && typeof values === 'object') yield* mapSteps(writer, number, value as Fields, values);
  else {
    const text = yield* stringifySteps(value as object);
    writeText(writer, number, text);
  }
}

function* mapSteps(writer: Writer, number: number, map: Fields, values: StructuralSchema): Steps<void> {
  const write = valueWriter(values);
  for (const [i, key] of (yield* sortSteps(Object.keys(map), compareTexts)).entries()) {
    const start = writer.open(number);
    writer.tag(1, WIRE.BYTES).string(key);
    const item = map[key];
    if (isLong(item) && values.type !== 'array') yield* valueSteps(writer, 2, item, values);
    else if (item !== null && item !== undefined) write(writer, 2, item);
    writer.close(start);
    if (i % STEP_COUNT === 0) yield;
  }
}

function* unionSteps(writer: Writer, number: number, value: unknown, { boolean, object, list }: Union): Steps<void> {
  const part = Array.isArray(value) ? list : object;
  const start = writer.open(number);
  if (typeof boolean?.tagged === 'number') writer.tag(boolean.tagged, WIRE.VARINT).bool(true);
  if (typeof part?.tagged === 'number') yield* valueSteps(writer, part.tagged, value, structuralOf(part));
  writer.close(start);
}

function entriesOf(schema: StructuralSchema): readonly Entry[] {
  const known = compiled.get(schema);
  if (known) return known;
  const entries: Entry[] = [];
  compiled.set(schema, entries);
  entries.push(...compile([...(schema.properties?.values() ?? [])]));
  return entries;
}

function compile(properties: readonly Property[]): Entry[] {
  const entries: Entry[] = [];
  const embedded = new Map<number, Property[]>();
  for (const property of properties) {
    const { tag } = property;
    if (typeof tag === 'number') entries.push(entryOf(property, tag));
    else if (tag) {
      const [number, within, ...deeper] = tag;
      if (within === undefined) continue;
      const group = embedded.get(number) ?? [];
      embedded.set(number, group);
      group.push({ ...property, tag: deeper.length === 0 ? within : [within, ...deeper] });
    }
  }
  for (const [number, group] of embedded) {
    const inner = compile(group);
    const write: Write = (writer, at, object) => {
      const start = writer.open(at);
      writeEntries(writer, inner, object as Fields);
      writer.close(start);
    };
    entries.push({ number, name: undefined, write, inner, zero: undefined });
  }
  return entries.sort((a, b) => a.number - b.number);
}

function entryOf({ name, schema, presence, union }: Property, number: number): Entry {
  const write = union ? unionWriter(union) : writerOf(schema);
  return { number, name, write, inner: union ? { ...schema, union } : schema, zero: presence === 'pointer' ? undefined : zeroOf(schema, number) };
}

/** Returns a function that writes the zero value of a field that is no pointer; undefined for lists, maps and bytes, which are left out. */
function zeroOf(schema: StructuralSchema, number: number): ((writer: Writer) => void) | undefined {
  switch (schema.format) {
    case 'byte':
      return undefined;
    case 'date-time':
    case 'date-time-micro':
      return empty(number);
    case 'quantity':
      return (writer) => writeQuantity(writer, number, '0');
    case 'int-or-string':
      return (writer) => writeIntOrString(writer, number, 0);
    case 'go-duration':
      return (writer) => writeDuration(writer, number, '0s');
  }
  if (schema.properties) {
    const writeStructure = writerOf(schema);
    return (writer) => writeStructure(writer, number, NOTHING);
  }
  switch (schema.type) {
    case 'string':
      return empty(number);
    case 'boolean':
    case 'integer':
      return (writer) => writer.tag(number, WIRE.VARINT).uint32(0);
    case 'number':
      return (writer) => writer.tag(number, WIRE.FIXED64).double(0);
    case 'array':
    case 'object':
      return undefined;
    default:
      return empty(number);
  }
}

const NOTHING: Fields = {};
const empty = (number: number) => (writer: Writer) => {
  writer.tag(number, WIRE.BYTES).uint32(0);
};

function writerOf(schema: StructuralSchema): Write {
  if (schema.union) return unionWriter(schema.union);
  switch (schema.format) {
    case 'quantity':
      return writeQuantity;
    case 'date-time':
      return writeTime;
    case 'date-time-micro':
      return writeMicroTime;
    case 'int-or-string':
      return writeIntOrString;
    case 'go-duration':
      return writeDuration;
    case 'byte':
      return (writer, number, value) => writer.tag(number, WIRE.BYTES).bytes(Buffer.from(value as string, 'base64'));
  }
  if (schema.properties) return structureWriter(schema);
  switch (schema.type) {
    case 'string':
      return (writer, number, value) => writer.tag(number, WIRE.BYTES).string(value as string);
    case 'boolean':
      return (writer, number, value) => writer.tag(number, WIRE.VARINT).bool(value as boolean);
    case 'integer':
      return (writer, number, value) => writeInteger(writer.tag(number, WIRE.VARINT), value);
    case 'number':
      return (writer, number, value) => writer.tag(number, WIRE.FIXED64).double(Number(value));
    case 'array':
      return listWriter(schema.items);
    case 'object':
      return mapWriter(schema.additionalProperties);
    default:
      return writeJson;
  }
}

function structureWriter(schema: StructuralSchema): Write {
  let entries: readonly Entry[] | undefined;
  return (writer, number, value) => {
    entries ??= entriesOf(schema);
    const start = writer.open(number);
    writeEntries(writer, entries, value as Fields);
    writer.close(start);
  };
}

function listWriter(items: StructuralSchema | undefined): Write {
  const write = items ? writerOf(items) : writeJson;
  return (writer, number, value) => {
    for (const item of value as unknown[]) write(writer, number, item);
  };
}

/** Go writes the entries of a map in the order of its keys. */
function mapWriter(values: StructuralSchema | boolean | undefined): Write {
  if (typeof values !== 'object') return writeJson;
  const write = valueWriter(values);
  return (writer, number, value) => {
    const map = value as Fields;
    for (const key of Object.keys(map).sort()) {
      const start = writer.open(number);
      writer.tag(1, WIRE.BYTES).string(key);
      const item = map[key];
      if (item !== null && item !== undefined) write(writer, 2, item);
      writer.close(start);
    }
  };
}

const valueWriter = (values: StructuralSchema): Write => (values.type === 'array' ? listMessageWriter(values.items) : writerOf(values));

/** A list within a map (the extra fields of a user) stands in a message of its own. */
function listMessageWriter(items: StructuralSchema | undefined): Write {
  const write = listWriter(items);
  return (writer, number, value) => {
    const start = writer.open(number);
    write(writer, 1, value);
    writer.close(start);
  };
}

function unionWriter({ boolean, object, list }: Union): Write {
  const parts = [boolean, object, list].map((field) => {
    if (!field) return undefined;
    if (typeof field.tagged !== 'number') throw new Error('a field of a union has no number');
    return { number: field.tagged, write: writerOf(structuralOf(field)) };
  });
  const [flag, structure, items] = parts;
  return (writer, number, value) => {
    const start = writer.open(number);
    if (flag) flag.write(writer, flag.number, value !== false);
    if (Array.isArray(value)) items?.write(writer, items.number, value);
    else if (typeof value === 'object') structure?.write(writer, structure.number, value);
    writer.close(start);
  };
}

/** 64-bit integers beyond 2^53 come as big integers, or as the JSON text of one. */
function writeInteger(writer: Writer, value: unknown): void {
  if (typeof value === 'number') writer.int64(value);
  else writer.int64Text(typeof value === 'bigint' ? String(value) : JSON.stringify(value));
}

function writeQuantity(writer: Writer, number: number, value: unknown): void {
  const start = writer.open(number);
  writer.tag(1, WIRE.BYTES).string(String(value));
  writer.close(start);
}

function writeTime(writer: Writer, number: number, value: unknown): void {
  writeTimestamp(writer, number, secondsOf(value as string), 0);
}

function writeMicroTime(writer: Writer, number: number, value: unknown): void {
  const fraction = /\.(\d{1,9})/.exec(value as string)?.[1] ?? '';
  // The API's times have microseconds; what is finer is cut off.
  writeTimestamp(writer, number, secondsOf(value as string), Number(fraction.padEnd(6, '0').slice(0, 6)) * 1000);
}

function writeTimestamp(writer: Writer, number: number, seconds: number, nanos: number): void {
  const start = writer.open(number);
  writer.tag(1, WIRE.VARINT).int64(seconds).tag(2, WIRE.VARINT).uint32(nanos);
  writer.close(start);
}

/** Nanoseconds, in a message of their own. */
function writeDuration(writer: Writer, number: number, value: unknown): void {
  const ms = parseGoDuration(value as string);
  const start = writer.open(number);
  writer.tag(1, WIRE.VARINT).int64(typeof ms === 'number' ? Math.round(ms * 1e6) : 0);
  writer.close(start);
}

const secondsOf = (text: string): number => Math.floor(Date.parse(text) / 1000);

function writeIntOrString(writer: Writer, number: number, value: unknown): void {
  const start = writer.open(number);
  const isText = typeof value === 'string';
  writer.tag(1, WIRE.VARINT).uint32(isText ? 1 : 0);
  writer.tag(2, WIRE.VARINT).int32(isText ? 0 : Number(value));
  writer.tag(3, WIRE.BYTES).string(isText ? value : '');
  writer.close(start);
}

/** Any JSON stands in its message as text. */
function writeJson(writer: Writer, number: number, value: unknown): void {
  writeText(writer, number, JSON.stringify(value));
}

function writeText(writer: Writer, number: number, text: string): void {
  const start = writer.open(number);
  writer.tag(1, WIRE.BYTES).string(text);
  writer.close(start);
}
