import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { Chance } from '../../base/chance.fixture.ts';
import { isObject } from '../../base/json.ts';

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const delimited = (number: number, bytes: Buffer): Buffer => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
const textField = (number: number, text: string): Buffer => delimited(number, Buffer.from(text));

/** Returns a body in the Protobuf encoding of Kubernetes: the fields of the value that have numbers in the kind's schema, and some that have none. */
export function protobufBody(value: unknown, kind: KindDefinition | undefined, chance: Chance): Buffer {
  const type = delimited(
    1,
    Buffer.concat([textField(1, kind ? apiVersionOf(kind) : 'v1'), textField(2, chance.oneIn(10) ? 'DeleteOptions' : (kind?.kind ?? 'Pod'))]),
  );
  const raw = kind ? encode(value, structuralOf(kind.schema), 0) : Buffer.alloc(0);
  const odd = chance.oneIn(4) ? oddField(chance) : Buffer.alloc(0);
  return Buffer.concat([MAGIC, type, delimited(2, Buffer.concat([raw, odd]))]);
}

/** A field of any number and wire type, at times nested deeply into itself. */
function oddField(chance: Chance): Buffer {
  const number = chance.pick([1, 2, 3, 15, 16, 1000, 2 ** 29 - 1]);
  if (chance.oneIn(3)) {
    let bytes: Buffer = Buffer.from('x');
    for (let depth = chance.below(3_000); depth > 0; depth--) bytes = delimited(number, bytes);
    return bytes;
  }
  return Buffer.concat([varint(number * 8 + chance.below(8)), Buffer.from(Array.from({ length: chance.below(12) }, () => chance.below(256)))]);
}

function encode(value: unknown, schema: StructuralSchema, depth: number): Buffer {
  if (!isObject(value) || depth > 40) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (const [name, field] of Object.entries(value)) {
    const property = schema.properties?.get(name);
    if (property?.tag === undefined) continue;
    const path = typeof property.tag === 'number' ? [property.tag] : [...property.tag];
    const number = path.pop() ?? 0;
    const bytes = Buffer.concat((Array.isArray(field) ? field : [field]).map((item) => encodeField(number, item, property.schema, depth)));
    parts.push(path.reduceRight((inner: Buffer, message) => delimited(message, inner), bytes));
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, value: unknown, schema: StructuralSchema, depth: number): Buffer {
  if (typeof value === 'string') return schema.format === 'quantity' ? delimited(number, textField(1, value)) : textField(number, value);
  if (typeof value === 'number' || typeof value === 'boolean') return Buffer.concat([varint(number * 8), varint(Number(value))]);
  if (!isObject(value)) return Buffer.alloc(0);
  const entries = schema.additionalProperties;
  if (typeof entries !== 'object') return delimited(number, encode(value, schema.items ?? schema, depth + 1));
  return Buffer.concat(
    Object.entries(value).map(([key, item]) => delimited(number, Buffer.concat([textField(1, key), encodeField(2, item, entries, depth + 1)]))),
  );
}
