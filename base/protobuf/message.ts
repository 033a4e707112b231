import { setOwn } from '../json.ts';
import { Reader } from './reader.ts';
import { WIRE } from './wire.ts';
import { Writer } from './writer.ts';

/**
 * A message, declared as a record of fields; its TypeScript types follow from them. There are no descriptors and no generated code: for the
 * hundred messages that are spoken, with a part of their fields each, they would cost more memory than the declarations.
 *
 * Decoding gives every scalar its proto3 zero value and leaves absent messages undefined; unknown fields are skipped.
 * Encoding takes any part of a message, and leaves out zero values. 64-bit integers are numbers, exact up to 2^53, except for int64Text.
 */
export interface Message<Out, In = Partial<Out>> {
  encode(value: In): Buffer;
  /** @throws WireError if the bytes are no message. */
  decode(bytes: Uint8Array): Out;
  write(writer: Writer, value: In): void;
  /** Reads up to the end of the message that the reader is in. */
  read(reader: Reader): Out;
}

/** One field of a message. `Out` is the type that decoding gives, `In` the type that encoding takes. */
export interface Field<Out, In = Out> {
  readonly number: number;
  zero(): Out;
  write(writer: Writer, value: In): void;
  /** Reads one occurrence. `current` holds the ones before it; lists and maps add to it and return it. */
  read(reader: Reader, current: Out): Out;
}

type Fields = Readonly<Record<string, Field<unknown, never>>>;
type OutOf<F> = F extends { zero(): infer Out } ? Out : never;
type InOf<F> = F extends { write(writer: Writer, value: infer In): void } ? In : never;
export type Decoded<S extends Fields> = { readonly [K in keyof S]: OutOf<S[K]> };
export type Encodable<S extends Fields> = { readonly [K in keyof S]?: InOf<S[K]> | undefined };

/** The type that decoding a message gives. */
export type Of<M> = M extends { decode(bytes: Uint8Array): infer Out } ? Out : never;
/** The type that encoding a message takes. */
export type InputOf<M> = M extends { encode(value: infer In): Uint8Array } ? In : never;

export function message<S extends Fields>(fields: S): Message<Decoded<S>, Encodable<S>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  const write = (writer: Writer, value: Encodable<S>) => {
    for (const [name, field] of entries) {
      const item = value[name];
      if (item !== undefined) field.write(writer, item as never);
    }
  };
  const read = (reader: Reader): Decoded<S> => {
    const result: Record<string, unknown> = {};
    for (const [name, field] of entries) result[name] = field.zero();
    while (reader.next()) {
      const known = byNumber.get(reader.number);
      if (known) result[known.name] = known.field.read(reader, result[known.name]);
      else reader.skip();
    }
    return result as Decoded<S>;
  };
  return {
    encode(value) {
      const writer = new Writer();
      write(writer, value);
      return writer.finish();
    },
    decode: (bytes) => read(new Reader(bytes)),
    write,
    read,
  };
}

function readNested<Out>(type: Message<Out, never>, reader: Reader): Out {
  const outer = reader.enter();
  const value = type.read(reader);
  reader.leave(outer);
  return value;
}

function writeNested<In>(type: Message<unknown, In>, writer: Writer, number: number, value: In): void {
  const start = writer.open(number);
  type.write(writer, value);
  writer.close(start);
}

/** A field of one plain value. */
export interface Scalar<T> extends Field<T> {
  /** Writes the value, zero or not. */
  put(writer: Writer, value: T): void;
}

const scalar =
  <T>(
    zero: T,
    wire: number,
    write: (writer: Writer, value: T) => void,
    read: (reader: Reader) => T,
    isZero: (value: T) => boolean = (value) => value === zero,
  ) =>
  (number: number): Scalar<T> => {
    const put = (writer: Writer, value: T) => write(writer.tag(number, wire), value);
    return {
      number,
      zero: () => zero,
      put,
      write(writer, value) {
        if (!isZero(value)) put(writer, value);
      },
      read,
    };
  };

export const string = scalar<string>(
  '',
  WIRE.BYTES,
  (w, v) => w.string(v),
  (r) => r.string(),
);
export const bool = scalar<boolean>(
  false,
  WIRE.VARINT,
  (w, v) => w.bool(v),
  (r) => r.bool(),
);
export const int32 = scalar<number>(
  0,
  WIRE.VARINT,
  (w, v) => w.int32(v),
  (r) => r.int32(),
);
export const uint32 = scalar<number>(
  0,
  WIRE.VARINT,
  (w, v) => w.uint32(v),
  (r) => r.uint32(),
);
export const int64 = scalar<number>(
  0,
  WIRE.VARINT,
  (w, v) => w.int64(v),
  (r) => r.int64(),
);
export const uint64 = scalar<number>(
  0,
  WIRE.VARINT,
  (w, v) => w.int64(v),
  (r) => r.uint64(),
);
/** A signed 64-bit integer in decimal digits, for values that use all bits. */
export const int64Text = scalar<string>(
  '0',
  WIRE.VARINT,
  (w, v) => w.int64Text(v),
  (r) => r.int64Text(),
);
export const bytes = scalar<Uint8Array>(
  new Uint8Array(0),
  WIRE.BYTES,
  (w, v) => w.bytes(v),
  (r) => r.bytes(),
  (v) => v.length === 0,
);
/** An enum, by number. */
export const enumeration = int32;

/** A scalar whose absence differs from zero: the fields of a oneof, and those that proto3 calls optional. */
export const optional = <T>(field: Scalar<T>): Field<T | undefined, T> => ({
  number: field.number,
  zero: () => undefined,
  write: field.put,
  read: (reader) => field.read(reader, field.zero()),
});

export const nested = <Out, In>(number: number, type: Message<Out, In>): Field<Out | undefined, In> => ({
  number,
  zero: () => undefined,
  write: (writer, value) => writeNested(type, writer, number, value),
  read: (reader) => readNested(type, reader),
});

/** Adds to a list that zero() made for this message alone. */
function added<T>(list: readonly T[], value: T): readonly T[] {
  (list as T[]).push(value);
  return list;
}

export const nestedList = <Out, In>(number: number, type: Message<Out, In>): Field<readonly Out[], readonly In[]> => ({
  number,
  zero: () => [],
  write(writer, values) {
    for (const value of values) writeNested(type, writer, number, value);
  },
  read: (reader, current) => added(current, readNested(type, reader)),
});

export const stringList = (number: number): Field<readonly string[]> => ({
  number,
  zero: () => [],
  write(writer, values) {
    for (const value of values) writer.tag(number, WIRE.BYTES).string(value);
  },
  read: (reader, current) => added(current, reader.string()),
});

/** Repeated int32 and int64: written packed, read packed or not. */
export const integerList = (number: number): Field<readonly number[]> => ({
  number,
  zero: () => [],
  write(writer, values) {
    if (values.length === 0) return;
    const start = writer.open(number);
    for (const value of values) writer.int64(value);
    writer.close(start);
  },
  read(reader, current) {
    if (reader.wire !== WIRE.BYTES) return added(current, reader.int64());
    const outer = reader.enter();
    while (reader.hasMore) added(current, reader.int64());
    reader.leave(outer);
    return current;
  },
});

export type StringMap = Readonly<Record<string, string>>;
const mapEntry = message({ key: string(1), value: string(2) });

export const stringMap = (number: number): Field<StringMap> => ({
  number,
  zero: () => ({}),
  write(writer, values) {
    for (const [key, value] of Object.entries(values)) {
      const start = writer.open(number);
      mapEntry.write(writer, { key, value });
      writer.close(start);
    }
  },
  read(reader, current) {
    const { key, value } = readNested(mapEntry, reader);
    setOwn(current as Record<string, string>, key, value);
    return current;
  },
});
