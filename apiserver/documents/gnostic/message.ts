import { isObject } from '../../../base/json.ts';
import { WIRE } from '../../../base/protobuf/wire.ts';
import type { Writer } from '../../../base/protobuf/writer.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * The Protobuf form of OpenAPI documents, in which kubectl and helm read them: the messages of github.com/google/gnostic-models, by the numbers
 * of openapiv2/OpenAPIv2.proto and openapiv3/OpenAPIv3.proto. A message is declared as the fields of the JSON object that it holds.
 */
export interface Shape {
  readonly fields: Readonly<Record<string, readonly [number: number, part: Part]>>;
  /** The field for all other keys, each an entry with a name: with `x-` before them only, or whatever they are. */
  readonly extensions?: number;
  readonly entries?: readonly [number: number, part: Part];
}

/** Writes a JSON value as a field, unless it is the zero value. */
export type Part = (writer: Writer, number: number, value: unknown) => void;

export const text: Part = (writer, number, value) => {
  if (value !== '') writer.tag(number, WIRE.BYTES).string(String(value));
};
export const flag: Part = (writer, number, value) => {
  if (value === true) writer.tag(number, WIRE.VARINT).bool(true);
};
export const double: Part = (writer, number, value) => {
  if (value !== 0) writer.tag(number, WIRE.FIXED64).double(Number(value));
};
export const integer: Part = (writer, number, value) => {
  if (value !== 0) writer.tag(number, WIRE.VARINT).int64(Number(value));
};
export const each =
  (part: Part): Part =>
  (writer, number, value) => {
    for (const item of Array.isArray(value) ? value : [value]) part(writer, number, item);
  };
/** A message around another field: a choice, or a list that is a message of its own. */
export const within =
  (inner: number, part: Part): Part =>
  (writer, number, value) => {
    const start = writer.open(number);
    part(writer, inner, value);
    writer.close(start);
  };
/** Any value: as YAML, of which JSON is a part. */
export const any: Part = (writer, number, value) => {
  const start = writer.open(number);
  writer.tag(2, WIRE.BYTES).string(`${JSON.stringify(value)}\n`);
  writer.close(start);
};
export const isReference = (value: unknown): boolean => isObject(value) && typeof value.$ref === 'string';

export const named =
  (part: Part) =>
  (writer: Writer, number: number, name: string, value: unknown): void => {
    const start = writer.open(number);
    writer.tag(1, WIRE.BYTES).string(name);
    part(writer, 2, value);
    writer.close(start);
  };
const namedAny = named(any);

/** A message of that shape; it is asked for late, since schemas hold schemas. */
export const message =
  (shape: () => Shape): Part =>
  (writer, number, value) => {
    const start = writer.open(number);
    writeShape(writer, shape(), value as Json);
    writer.close(start);
  };

export function writeShape(writer: Writer, { fields, extensions, entries }: Shape, object: Json): void {
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field) field[1](writer, field[0], value);
    else if (extensions !== undefined && key.startsWith('x-')) namedAny(writer, extensions, key, value);
    else if (entries) named(entries[1])(writer, entries[0], key, value);
  }
}

/** A message that holds a map, an entry a field. */
export const map = (part: Part): Part => message(() => ({ fields: {}, entries: [1, part] }));

/** The constraints on a value, numbered one after the other from `first`. */
export const limits = (first: number): Shape['fields'] => ({
  maximum: [first, double],
  exclusiveMaximum: [first + 1, flag],
  minimum: [first + 2, double],
  exclusiveMinimum: [first + 3, flag],
  maxLength: [first + 4, integer],
  minLength: [first + 5, integer],
  pattern: [first + 6, text],
  maxItems: [first + 7, integer],
  minItems: [first + 8, integer],
  uniqueItems: [first + 9, flag],
});
