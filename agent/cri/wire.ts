import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Protocol-buffer messages, declared by hand: a message is a record of fields, and its TypeScript types follow from them.
 * Only the wire format comes from @bufbuild/protobuf (`/wire`, 6 MB resident): its descriptor runtime costs another 14 MB
 * and needs generated code, for some sixty messages of which we use a part of the fields.
 *
 * Decoding gives every scalar its proto3 zero value and leaves absent messages undefined; unknown fields are skipped.
 * Encoding takes any part of a message. 64-bit integers are numbers: exact up to 2^53, which for the nanosecond
 * timestamps of the CRI means a precision of some 256 ns.
 */
export interface Message<Out, In = Partial<Out>> {
  encode(value: In): Uint8Array;
  decode(bytes: Uint8Array): Out;
  write(writer: BinaryWriter, value: In): void;
  read(reader: BinaryReader, length: number): Out;
}

/** One field of a message. `Out` is what decoding gives, `In` what encoding takes. */
export interface Field<Out, In = Out> {
  readonly no: number;
  zero(): Out;
  write(writer: BinaryWriter, value: In): void;
  /** Reads one occurrence; `current` is what came before (for lists and maps). */
  read(reader: BinaryReader, wire: WireType, current: Out): Out;
}

type Fields = Readonly<Record<string, Field<unknown, never>>>;
type OutOf<F> = F extends { zero(): infer Out } ? Out : never;
type InOf<F> = F extends { write(writer: BinaryWriter, value: infer In): void } ? In : never;
export type Decoded<S extends Fields> = { readonly [K in keyof S]: OutOf<S[K]> };
export type Encodable<S extends Fields> = { readonly [K in keyof S]?: InOf<S[K]> | undefined };

/** What decoding a message gives. */
export type Of<M> = M extends { decode(bytes: Uint8Array): infer Out } ? Out : never;
/** What encoding a message takes. */
export type InputOf<M> = M extends { encode(value: infer In): Uint8Array } ? In : never;

export function message<S extends Fields>(fields: S): Message<Decoded<S>, Encodable<S>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.no, { name, field }]));
  const write = (writer: BinaryWriter, value: Encodable<S>) => {
    for (const [name, field] of entries) {
      const item = value[name];
      if (item !== undefined) field.write(writer, item as never);
    }
  };
  const read = (reader: BinaryReader, length: number): Decoded<S> => {
    const result: Record<string, unknown> = {};
    for (const [name, field] of entries) result[name] = field.zero();
    const end = reader.pos + length;
    while (reader.pos < end) {
      const [no, wire] = reader.tag();
      const known = byNumber.get(no);
      if (known) result[known.name] = known.field.read(reader, wire, result[known.name]);
      else reader.skip(wire, no);
    }
    return result as Decoded<S>;
  };
  return {
    encode(value) {
      const writer = new BinaryWriter();
      write(writer, value);
      return writer.finish();
    },
    decode: (bytes) => read(new BinaryReader(bytes), bytes.length),
    write,
    read,
  };
}

const scalar = <T>(
  zero: T,
  wire: WireType,
  write: (writer: BinaryWriter, value: T) => void,
  read: (reader: BinaryReader) => T,
  isZero: (value: T) => boolean = (value) => value === zero,
) => {
  return (no: number): Field<T> => ({
    no,
    zero: () => zero,
    write(writer, value) {
      if (!isZero(value)) write(writer.tag(no, wire), value);
    },
    read: (reader) => read(reader),
  });
};

const NO_BYTES = new Uint8Array(0);
export const string = scalar<string>(
  '',
  WireType.LengthDelimited,
  (w, v) => w.string(v),
  (r) => r.string(),
);
export const bool = scalar<boolean>(
  false,
  WireType.Varint,
  (w, v) => w.bool(v),
  (r) => r.bool(),
);
export const int32 = scalar<number>(
  0,
  WireType.Varint,
  (w, v) => w.int32(v),
  (r) => r.int32(),
);
export const uint32 = scalar<number>(
  0,
  WireType.Varint,
  (w, v) => w.uint32(v),
  (r) => r.uint32(),
);
export const int64 = scalar<number>(
  0,
  WireType.Varint,
  (w, v) => w.int64(BigInt(v)),
  (r) => Number(r.int64()),
);
export const uint64 = scalar<number>(
  0,
  WireType.Varint,
  (w, v) => w.uint64(BigInt(v)),
  (r) => Number(r.uint64()),
);
export const bytes = scalar<Uint8Array>(
  NO_BYTES,
  WireType.LengthDelimited,
  (w, v) => w.bytes(v),
  (r) => r.bytes(),
  (v) => v.length === 0,
);
/** An enum, by number. */
export const enumeration = int32;

export const nested = <Out, In>(no: number, type: Message<Out, In>): Field<Out | undefined, In> => ({
  no,
  zero: () => undefined,
  write(writer, value) {
    writer.tag(no, WireType.LengthDelimited).fork();
    type.write(writer, value);
    writer.join();
  },
  read: (reader) => type.read(reader, reader.uint32()),
});

export const nestedList = <Out, In>(no: number, type: Message<Out, In>): Field<readonly Out[], readonly In[]> => ({
  no,
  zero: () => [],
  write(writer, values) {
    for (const value of values) {
      writer.tag(no, WireType.LengthDelimited).fork();
      type.write(writer, value);
      writer.join();
    }
  },
  read: (reader, _wire, current) => [...current, type.read(reader, reader.uint32())],
});

export const stringList = (no: number): Field<readonly string[]> => ({
  no,
  zero: () => [],
  write(writer, values) {
    for (const value of values) writer.tag(no, WireType.LengthDelimited).string(value);
  },
  read: (reader, _wire, current) => [...current, reader.string()],
});

/** Repeated int32 and int64: written packed, read packed or not. */
export const integerList = (no: number): Field<readonly number[]> => ({
  no,
  zero: () => [],
  write(writer, values) {
    if (values.length === 0) return;
    writer.tag(no, WireType.LengthDelimited).fork();
    for (const value of values) writer.int64(BigInt(value));
    writer.join();
  },
  read(reader, wire, current) {
    if (wire !== WireType.LengthDelimited) return [...current, Number(reader.int64())];
    const end = reader.uint32() + reader.pos;
    const values = [...current];
    while (reader.pos < end) values.push(Number(reader.int64()));
    return values;
  },
});

export type StringMap = Readonly<Record<string, string>>;
const mapEntry = message({ key: string(1), value: string(2) });

export const stringMap = (no: number): Field<StringMap> => ({
  no,
  zero: () => ({}),
  write(writer, values) {
    for (const [key, value] of Object.entries(values)) {
      writer.tag(no, WireType.LengthDelimited).fork();
      mapEntry.write(writer, { key, value });
      writer.join();
    }
  },
  read(reader, _wire, current) {
    const entry = mapEntry.read(reader, reader.uint32());
    return { ...current, [entry.key]: entry.value };
  },
});
