import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { Chance } from '../../base/chance.fixture.ts';
import { isObject } from '../../base/json.ts';
import type { FuzzRequest } from './request.ts';
import { fill, validObject } from './rich-objects.ts';

/** A list or map in the objects of a kind. */
export interface LongPlace {
  readonly kind: KindDefinition;
  /** The fields on the way to it, with ITEM for the one item of a list or map on the way. */
  readonly path: readonly string[];
  readonly schema: StructuralSchema;
}

const ITEM = '*';

/** Returns the lists and maps of all kinds that can be created; those of a structure that several kinds share once. */
export function longPlaces(): LongPlace[] {
  const places: LongPlace[] = [];
  const seen = new Set<StructuralSchema>();
  for (const kind of kinds.filter(({ verbs }) => verbs.includes('create'))) visit(kind, structuralOf(kind.schema), [], seen, places);
  return places;
}

function visit(kind: KindDefinition, schema: StructuralSchema, path: readonly string[], seen: Set<StructuralSchema>, places: LongPlace[]): void {
  if (schema.properties) {
    if (seen.has(schema)) return;
    seen.add(schema);
    for (const { name, schema: below } of schema.properties.values()) visit(kind, below, [...path, name], seen, places);
  } else if (schema.items || typeof schema.additionalProperties === 'object') {
    places.push({ kind, path, schema });
    const inner = schema.items ?? schema.additionalProperties;
    if (typeof inner === 'object') visit(kind, inner, [...path, ITEM], seen, places);
  }
}

/** The items of a list or map that is long: without any field, alike; with what must be there, each different; or with much of the schema. */
export type Filling = 'empty' | 'minimal' | 'filled';

/** Returns a request that creates an object with so many bytes in the place. */
export function longRequest({ kind, path, schema }: LongPlace, filling: Filling, bytes: number, chance: Chance): FuzzRequest {
  const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const object = { ...validObject(kind), apiVersion: apiVersionOf(kind), kind: kind.kind };
  const named = path[0] === 'metadata' ? object : { ...object, metadata: { name: 'f0' } };
  return {
    method: 'POST',
    path: `${base}${kind.namespaced ? '/namespaces/fuzz' : ''}/${kind.plural}?dryRun=All`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(withLong(named, path, longValue(schema, filling, bytes, chance), structuralOf(kind.schema)))),
  };
}

/** Puts a value into an object. */
function withLong(object: unknown, [name, ...rest]: readonly string[], value: unknown, schema: StructuralSchema): unknown {
  if (name === undefined) return value;
  if (name === ITEM && schema.items) return [withLong(Array.isArray(object) ? object[0] : undefined, rest, value, schema.items)];
  const fields = isObject(object) ? object : {};
  const below = schema.properties?.get(name)?.schema ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {});
  return { ...fields, [name]: withLong(fields[name], rest, value, below) };
}

function longValue(schema: StructuralSchema, filling: Filling, bytes: number, chance: Chance): unknown {
  const { items, additionalProperties: values } = schema;
  const inner = items ?? (typeof values === 'object' ? values : {});
  const one = filling === 'filled' ? fill(inner, chance, 6) : filling === 'minimal' ? minimalOf(inner) : emptyOf(inner);
  const size = JSON.stringify(distinct(one, 0)).length + (items ? 1 : 10) + (filling === 'empty' ? 0 : 5);
  const count = Math.floor(bytes / size);
  if (!items) return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, one]));
  return Array.from({ length: count }, (_, i) => (filling === 'empty' ? one : distinct(one, i)));
}

/** Returns the shortest item that rules may find right. */
function minimalOf(schema: StructuralSchema): unknown {
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.format === 'quantity') return '1';
  if (schema.format === 'byte') return 'bm90';
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
  if (schema.type === 'string') return 'a';
  if (schema.type !== 'object' || !schema.properties) return emptyOf(schema);
  const fields = [...schema.properties.values()].filter(({ name, required }) => required || name === 'name' || name === 'key');
  return Object.fromEntries(fields.map(({ name, schema: below }) => [name, minimalOf(below)]));
}

const emptyOf = ({ type, format }: StructuralSchema): unknown =>
  format === 'quantity' || type === 'string' ? '' : type === 'array' ? [] : type === 'boolean' ? false : type === 'object' ? {} : 0;

/** Returns an item that differs from others in its first text. */
function distinct(item: unknown, i: number): unknown {
  if (typeof item === 'string') return `${item}${i}`;
  if (!isObject(item)) return item;
  const text = ['name', 'key', 'type', ...Object.keys(item)].find((name) => typeof item[name] === 'string');
  return text === undefined ? { ...item, name: `n${i}` } : { ...item, [text]: `${item[text]}${i}` };
}
