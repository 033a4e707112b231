import type { Property, StructuralSchema } from '../../../api/schema/structural.ts';
import { microTimeText, timeText } from '../../../base/clock.ts';
import { setOwn } from '../../../base/json.ts';
import type { WireField } from './reader.ts';
import { readFields, WireError } from './reader.ts';

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
    if (typeof property.tag === 'number') numbered.set(property.tag, property);
    else fieldsOfEmbedded(numbered, property.tag[0]).set(property.tag[1], property);
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

/** Decodes a message into the JSON form of the object. Fields that the schema does not know are dropped. @throws WireError */
export function decodeMessage(message: Buffer, schema: StructuralSchema): Record<string, unknown> {
  if (!hasProtobufForm(schema)) throw new WireError(`there is no Protobuf form of ${schema.title}`);
  const out: Record<string, unknown> = {};
  decodeInto(out, message, numberedOf(schema));
  return out;
}

function decodeInto(out: Record<string, unknown>, message: Buffer, numbered: Numbered): void {
  for (const field of readFields(message)) {
    const known = numbered.get(field.number);
    if (!known) continue;
    if ('fields' in known) decodeInto(out, field.bytes, known.fields);
    else addField(out, known.name, field, known.schema);
  }
}

function addField(out: Record<string, unknown>, name: string, field: WireField, schema: StructuralSchema): void {
  if (schema.type === 'array' && schema.items) {
    out[name] ??= [];
    const list = out[name] as unknown[];
    if (field.isBytes && isNumeric(schema.items)) for (const value of packed(field.bytes)) list.push(scalar(value, schema.items));
    else list.push(wireValue(field, schema.items));
  } else if (typeof schema.additionalProperties === 'object') {
    out[name] ??= {};
    addEntry(out[name] as Record<string, unknown>, field.bytes, schema.additionalProperties);
  } else out[name] = wireValue(field, schema);
}

const isNumeric = (schema: StructuralSchema): boolean =>
  schema.format !== 'int-or-string' && (schema.type === 'integer' || schema.type === 'boolean');

function* packed(bytes: Buffer): Generator<WireField> {
  // A packed list is a row of varints: read as if each had a tag.
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    if ((bytes[i] ?? 0) >= 0x80) continue;
    yield* readFields(Buffer.concat([Buffer.from([8]), bytes.subarray(start, i + 1)]));
    start = i + 1;
  }
}

function addEntry(map: Record<string, unknown>, entry: Buffer, schema: StructuralSchema): void {
  let key = '';
  let value: unknown = schema.type === 'string' ? '' : schema.type === 'array' ? [] : undefined;
  for (const field of readFields(entry)) {
    if (field.number === 1) key = field.bytes.toString('utf8');
    // A list within a map (the extra fields of a user) is a message that holds it.
    else if (field.number === 2 && schema.type === 'array' && schema.items)
      value = [...readFields(field.bytes)].map((item) => wireValue(item, schema.items ?? {}));
    else if (field.number === 2) value = wireValue(field, schema);
  }
  setOwn(map, key, value);
}

function wireValue(field: WireField, schema: StructuralSchema): unknown {
  switch (schema.format) {
    case 'quantity':
      return textField(field.bytes, 1);
    case 'date-time':
    case 'date-time-micro':
      return timeOf(field.bytes, schema.format);
    case 'int-or-string':
      return intOrString(field.bytes);
    case 'byte':
      return field.bytes.toString('base64');
  }
  if (schema.properties) return decodeMessage(field.bytes, schema);
  if (schema.type === 'string') return field.bytes.toString('utf8');
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return scalar(field, schema);
  // Raw JSON: fieldsV1, data of a ControllerRevision.
  return rawJson(field.bytes);
}

function scalar(field: WireField, schema: StructuralSchema): unknown {
  if (schema.type === 'boolean') return field.value !== 0n;
  if (schema.type === 'integer') return Number(BigInt.asIntN(64, field.value));
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(field.value);
  return bytes.readDoubleLE();
}

function textField(message: Buffer, number: number): string {
  for (const field of readFields(message)) if (field.number === number) return field.bytes.toString('utf8');
  return '';
}

function timeOf(message: Buffer, format: 'date-time' | 'date-time-micro'): string | undefined {
  let seconds: bigint | undefined;
  let nanos = 0n;
  for (const field of readFields(message)) {
    if (field.number === 1) seconds = BigInt.asIntN(64, field.value);
    else if (field.number === 2) nanos = field.value;
  }
  // Go's zero time is no time.
  if (seconds === undefined || seconds <= -62_135_596_800n) return undefined;
  if (format === 'date-time') return timeText(Number(seconds) * 1000);
  return `${microTimeText(Number(seconds) * 1000).slice(0, 20)}${String(nanos / 1000n).padStart(6, '0')}Z`;
}

function intOrString(message: Buffer): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  for (const field of readFields(message)) {
    if (field.number === 1) isText = field.value === 1n;
    else if (field.number === 2) number = Number(BigInt.asIntN(32, field.value));
    else if (field.number === 3) text = field.bytes.toString('utf8');
  }
  return isText ? text : number;
}

function rawJson(message: Buffer): unknown {
  const text = textField(message, 1);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('a field that holds JSON does not');
  }
}
