import type { Union } from '../../../api/schema/fields.ts';
import type { Property, StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { microTimeText, timeText } from '../../../base/clock.ts';
import { goDurationText } from '../../../base/go-duration.ts';
import { markLong } from '../../../base/json/long-values.ts';
import { setOwn } from '../../../base/json.ts';
import { Reader } from '../../../base/protobuf/reader.ts';
import { WIRE, WireError } from '../../../base/protobuf/wire.ts';
import type { Steps } from '../../../base/steps.ts';
import { MAX_ITEMS, MAX_KEYS, MAX_STRUCTURES } from './member-limits.ts';

/** The fields of a message by number: properties of the structure, and messages whose fields belong to the structure around them. */
type Numbered = Map<number, Property | EmbeddedMessage>;
interface EmbeddedMessage {
  readonly fields: Numbered;
}

const compiled = new WeakMap<StructuralSchema, Numbered>();

function numberedOf(schema: StructuralSchema): Numbered {
  let numbered = compiled.get(schema);
  if (numbered) return numbered;
  numbered = new Map();
  for (const property of schema.properties?.values() ?? []) {
    if (property.tag === undefined) continue;
    const path = typeof property.tag === 'number' ? [property.tag] : property.tag;
    let message = numbered;
    for (const number of path.slice(0, -1)) message = fieldsOfEmbedded(message, number);
    message.set(path.at(-1) ?? 0, property);
  }
  compiled.set(schema, numbered);
  return numbered;
}

function fieldsOfEmbedded(numbered: Numbered, number: number): Numbered {
  const known = numbered.get(number);
  if (known && 'fields' in known) return known.fields;
  const fields: Numbered = new Map();
  numbered.set(number, { fields });
  return fields;
}

/** Whether a structure can stand in a Protobuf body: its fields have numbers. */
export const hasProtobufForm = (schema: StructuralSchema): boolean => schema.properties?.size === 0 || numberedOf(schema).size > 0;

/** Decodes a message into the JSON form of the object. Fields that the schema does not know are dropped, and zero values that JSON leaves out. @throws WireError */
export const decodeMessage = (message: Uint8Array, schema: StructuralSchema): Record<string, unknown> => readObject(new Reader(message), schema);

/** Decodes a long message with pauses; the result is the same, its long parts marked as such. @throws WireError, TooManyMembers */
export const decodeMessageSteps = (message: Uint8Array, schema: StructuralSchema): Steps<Record<string, unknown>> =>
  objectSteps(new Reader(message), schema);

/** The length of messages that are read with pauses, in bytes. */
const LONG_BYTES = 16 * 1024;
/** Fields that are read in one step. */
const STEP_COUNT = 1_000;
/** Lists and maps of so many entries are marked as long. */
const LONG_COUNT = 500;

/** A list or map has more members than the store takes. To read on would be long work for nothing. */
export class TooManyMembers extends Error {}

function* objectSteps(reader: Reader, schema: StructuralSchema): Steps<Record<string, unknown>> {
  checkForm(schema);
  const out: Record<string, unknown> = markLong({});
  yield* fieldsSteps(reader, numberedOf(schema), out);
  return out;
}

function* fieldsSteps(reader: Reader, numbered: Numbered, out: Record<string, unknown>): Steps<void> {
  const counts = new Map<number, number>();
  for (let read = 1; reader.next(); read++) {
    const { number } = reader;
    const known = numbered.get(number);
    if (!known) reader.skip();
    else if ('fields' in known) {
      const outer = enter(reader);
      yield* fieldsSteps(reader, known.fields, out);
      reader.leave(outer);
    } else {
      const structure = structureOf(known);
      if (isPacked(reader, known) && reader.peekLength() > MAX_ITEMS) throw new TooManyMembers();
      if (structure && reader.peekLength() >= LONG_BYTES) yield* addLong(reader, known, structure, out);
      else addNamed(reader, known, out);
      const count = (counts.get(number) ?? 0) + 1;
      counts.set(number, count);
      const field = out[known.name];
      if (count > mostOf(known, structure)) throw new TooManyMembers();
      if (count === LONG_COUNT && typeof field === 'object' && field !== null) markLong(field);
    }
    if (read % STEP_COUNT === 0) yield;
  }
}

/** Returns the schema of a field's messages, of a list those of its items, if they are structures. */
function structureOf({ schema, union }: Property): StructuralSchema | undefined {
  if (union || schema.format !== undefined) return undefined;
  const structure = schema.type === 'array' ? schema.items : schema;
  return structure?.properties && !structure.union ? structure : undefined;
}

/** Returns the most members that a list or map may have. */
const mostOf = ({ schema }: Property, structure: StructuralSchema | undefined): number =>
  typeof schema.additionalProperties === 'object' ? MAX_KEYS : structure ? MAX_STRUCTURES : MAX_ITEMS;

/** Reads a long structure, as a field or as an item of one. */
function* addLong(reader: Reader, { name, schema }: Property, structure: StructuralSchema, out: Record<string, unknown>): Steps<void> {
  const outer = enter(reader);
  const value = yield* objectSteps(reader, structure);
  reader.leave(outer);
  if (schema.type !== 'array') out[name] = value;
  else {
    out[name] ??= [];
    markLong(out[name] as unknown[]).push(value);
  }
}

function checkForm(schema: StructuralSchema): void {
  if (!hasProtobufForm(schema)) throw new WireError(`there is no Protobuf form of ${schema.title}`);
}

function readObject(reader: Reader, schema: StructuralSchema): Record<string, unknown> {
  checkForm(schema);
  const out: Record<string, unknown> = {};
  readFields(reader, numberedOf(schema), out);
  return out;
}

function readFields(reader: Reader, numbered: Numbered, out: Record<string, unknown>): void {
  while (reader.next()) {
    const known = numbered.get(reader.number);
    if (!known) reader.skip();
    else if ('fields' in known) {
      const outer = enter(reader);
      readFields(reader, known.fields, out);
      reader.leave(outer);
    } else addNamed(reader, known, out);
  }
}

/** A field has another encoding than its type. */
class WrongWireType extends WireError {
  readonly wire: number;
  constructor(wire: number) {
    super(`proto: wrong wireType = ${wire}`);
    this.wire = wire;
  }
}

/** As addField. @throws WireError that names the field as its Go type does. */
function addNamed(reader: Reader, property: Property, out: Record<string, unknown>): void {
  try {
    addField(reader, property, out);
  } catch (error) {
    if (!(error instanceof WrongWireType)) throw error;
    const { name } = property;
    const goName = name === 'metadata' ? 'ObjectMeta' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    throw new WireError(`${error.message} for field ${goName}`);
  }
}

function addField(reader: Reader, { name, schema, union, presence }: Property, out: Record<string, unknown>): void {
  if (union) out[name] = readUnion(reader, union);
  else if (schema.type === 'array' && schema.items) {
    out[name] ??= [];
    addItems(reader, schema.items, out[name] as unknown[]);
  } else if (typeof schema.additionalProperties === 'object') {
    out[name] ??= {};
    addEntry(reader, schema.additionalProperties, out[name] as Record<string, unknown>);
  } else {
    const value = readValue(reader, schema);
    // Go writes the zero values of all fields; in JSON those that may be left out are absent.
    if (presence === 'value' && (value === '' || value === 0 || value === false)) delete out[name];
    else out[name] = value;
  }
}

const isPackable = ({ type }: StructuralSchema): boolean => type === 'integer' || type === 'boolean';

/** Whether the field holds many items of a list, of a byte each at least. */
const isPacked = ({ wire }: Reader, { schema }: Property): boolean => wire === WIRE.BYTES && schema.items !== undefined && isPackable(schema.items);

function addItems(reader: Reader, schema: StructuralSchema, list: unknown[]): void {
  if (!isPackable(schema) || reader.wire !== WIRE.BYTES) {
    list.push(readValue(reader, schema));
    return;
  }
  const outer = reader.enter();
  while (reader.hasMore) list.push(schema.type === 'boolean' ? reader.bool() : reader.int64());
  reader.leave(outer);
}

function addEntry(reader: Reader, schema: StructuralSchema, map: Record<string, unknown>): void {
  let key = '';
  let value: unknown = schema.type === 'string' ? '' : schema.type === 'array' ? [] : undefined;
  const outer = enter(reader);
  while (reader.next()) {
    if (reader.number === 1) key = readText(reader);
    else if (reader.number !== 2) reader.skip();
    // A list within a map (the extra fields of a user) is a message that holds it.
    else if (schema.type === 'array' && schema.items) value = readListMessage(reader, schema.items);
    else value = readValue(reader, schema);
  }
  reader.leave(outer);
  setOwn(map, key, value);
}

function readListMessage(reader: Reader, schema: StructuralSchema): unknown[] {
  const list: unknown[] = [];
  const outer = enter(reader);
  while (reader.next()) addItems(reader, schema, list);
  reader.leave(outer);
  return list;
}

/** Reads the message of a value of several types: an object or a list if it has one, otherwise its boolean. */
function readUnion(reader: Reader, { boolean, object, list }: Union): unknown {
  let flag: boolean | undefined;
  let value: unknown;
  const items: unknown[] = [];
  const outer = enter(reader);
  while (reader.next()) {
    const { number } = reader;
    if (number === boolean?.tagged) flag = reader.bool();
    else if (number === object?.tagged) value = readValue(reader, structuralOf(object));
    else if (number === list?.tagged && list.item) addItems(reader, structuralOf(list.item), items);
    else reader.skip();
  }
  reader.leave(outer);
  return value ?? (items.length > 0 ? items : flag);
}

function readValue(reader: Reader, schema: StructuralSchema): unknown {
  if (schema.union) return readUnion(reader, schema.union);
  switch (schema.format) {
    case 'quantity':
      return readTextMessage(reader);
    case 'date-time':
    case 'date-time-micro':
      return readTime(reader, schema.format);
    case 'int-or-string':
      return readIntOrString(reader);
    case 'go-duration':
      return readDuration(reader);
    case 'byte':
      expect(reader, WIRE.BYTES);
      return reader.bytes().toString('base64');
  }
  if (schema.properties) {
    const outer = enter(reader);
    const value = readObject(reader, schema);
    reader.leave(outer);
    return value;
  }
  switch (schema.type) {
    case 'string':
      return readText(reader);
    case 'boolean':
      expect(reader, WIRE.VARINT);
      return reader.bool();
    case 'integer':
      expect(reader, WIRE.VARINT);
      return reader.int64();
    case 'number':
      expect(reader, WIRE.FIXED64);
      return reader.double();
  }
  return readJson(reader);
}

function expect(reader: Reader, wire: number): void {
  if (reader.wire !== wire) throw new WrongWireType(reader.wire);
}

function enter(reader: Reader): number {
  expect(reader, WIRE.BYTES);
  return reader.enter();
}

function readText(reader: Reader): string {
  expect(reader, WIRE.BYTES);
  return reader.string();
}

/** Reads a message whose only field is a text. */
function readTextMessage(reader: Reader): string {
  let text = '';
  const outer = enter(reader);
  while (reader.next()) {
    if (reader.number === 1) text = readText(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return text;
}

/** Go's zero time, as seconds since the epoch: it stands for no time. */
const ZERO_TIME = -62_135_596_800;

function readTime(reader: Reader, format: 'date-time' | 'date-time-micro'): string | undefined {
  let seconds = ZERO_TIME;
  let nanos = 0;
  const outer = enter(reader);
  while (reader.next()) {
    if (reader.number === 1) seconds = reader.int64();
    else if (reader.number === 2) nanos = reader.int32();
    else reader.skip();
  }
  reader.leave(outer);
  if (seconds <= ZERO_TIME) return undefined;
  if (format === 'date-time') return timeText(seconds * 1000);
  return `${microTimeText(seconds * 1000).slice(0, 20)}${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

/** Reads a metav1.Duration: nanoseconds, of which whole milliseconds are kept. */
function readDuration(reader: Reader): string {
  let nanos = 0;
  const outer = enter(reader);
  while (reader.next()) {
    if (reader.number === 1) nanos = Number(reader.int64());
    else reader.skip();
  }
  reader.leave(outer);
  return goDurationText(Math.round(nanos / 1e6));
}

function readIntOrString(reader: Reader): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  const outer = enter(reader);
  while (reader.next()) {
    if (reader.number === 1) isText = reader.int32() === 1;
    else if (reader.number === 2) number = reader.int32();
    else if (reader.number === 3) text = readText(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return isText ? text : number;
}

/** Reads a message that holds JSON as text: fieldsV1, the data of a ControllerRevision. */
function readJson(reader: Reader): unknown {
  const text = readTextMessage(reader);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('a field that holds JSON does not');
  }
}
