import { equalJson, isObject, own } from '../../../base/json.ts';

/** The parts of a schema by which items are told apart. */
export interface ListSchema<S> {
  readonly type?: string | undefined;
  readonly items?: S | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
}

/** Returns the schema of a field, or of an entry of a map; undefined if the schema names none. */
export type FieldSchema<S> = (schema: S, field: string) => S | undefined;

/**
 * A value of an updated object beside the one that it replaces. Children are correlated where both have the field and the schema names it, and
 * where items of a map list have the same keys (k8s.io/apiserver/pkg/cel/common, CorrelatedObject).
 */
export interface Correlation {
  readonly value: unknown;
  readonly old: unknown;
  /** Returns the correlation of a field; undefined if it has no counterpart. */
  key(field: string): Correlation | undefined;
  /** Returns the correlation of an item; undefined if it has no counterpart. */
  index(at: number): Correlation | undefined;
  /** Whether the value is what it was. Items of a map list may stand in another order. */
  equal(): boolean;
}

const isMapList = (schema: ListSchema<unknown>): boolean =>
  schema.type === 'array' && schema['x-kubernetes-list-type'] === 'map' && (schema['x-kubernetes-list-map-keys']?.length ?? 0) > 0;

/** Returns the identity of an item of a map list; undefined if a key is missing or no scalar. */
export function mapKeyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined;
  let out = '';
  for (const key of keys) {
    const value = own(item, key);
    if (value === undefined || value === null || typeof value === 'object') return undefined;
    out += `${typeof value === 'string' ? JSON.stringify(value) : String(value)}\u0000`;
  }
  return out;
}

class Pair<S extends ListSchema<S>> implements Correlation {
  readonly value: unknown;
  readonly old: unknown;
  private readonly schema: S;
  private readonly fieldSchema: FieldSchema<S>;
  private children: Map<string | number, Pair<S> | undefined> | undefined;
  private counterpart: ((item: unknown) => unknown) | undefined;
  private isEqual: boolean | undefined;

  constructor(value: unknown, old: unknown, schema: S, fieldSchema: FieldSchema<S>) {
    this.value = value;
    this.old = old;
    this.schema = schema;
    this.fieldSchema = fieldSchema;
  }

  key(field: string): Pair<S> | undefined {
    return this.child(field, () => {
      const { value, old, schema, fieldSchema } = this;
      if (!isObject(value) || !isObject(old) || !Object.hasOwn(value, field) || !Object.hasOwn(old, field)) return undefined;
      const of = fieldSchema(schema, field);
      return of && new Pair(value[field], old[field], of, fieldSchema);
    });
  }

  index(at: number): Pair<S> | undefined {
    return this.child(at, () => {
      const { value, old, schema, fieldSchema } = this;
      if (!Array.isArray(value) || !Array.isArray(old) || at >= value.length || !schema.items) return undefined;
      this.counterpart ??= counterparts(old, schema);
      const counterpart = this.counterpart(value[at]);
      return counterpart === undefined ? undefined : new Pair(value[at], counterpart, schema.items, fieldSchema);
    });
  }

  equal(): boolean {
    this.isEqual ??= this.compare();
    return this.isEqual;
  }

  private compare(): boolean {
    const { value, old } = this;
    if (Array.isArray(value) && Array.isArray(old)) {
      if (value.length !== old.length) return false;
      if (!isMapList(this.schema)) return equalJson(value, old);
      return value.every((_, i) => this.index(i)?.equal() === true);
    }
    if (isObject(value) && isObject(old)) {
      const fields = Object.keys(value);
      return fields.length === Object.keys(old).length && fields.every((field) => this.key(field)?.equal() === true);
    }
    return value === old;
  }

  private child(at: string | number, find: () => Pair<S> | undefined): Pair<S> | undefined {
    this.children ??= new Map();
    if (this.children.has(at)) return this.children.get(at);
    const found = find();
    this.children.set(at, found);
    return found;
  }
}

/**
 * Returns a function that finds the old item of a list that has the keys of a new one. Only lists of type map have such items: those of sets and
 * of atomic lists have no counterpart.
 */
export function counterparts(old: readonly unknown[], schema: ListSchema<unknown>): (item: unknown) => unknown {
  if (!isMapList(schema)) return () => undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  let byKey: Map<string, unknown> | undefined;
  return (item) => {
    byKey ??= firstByKey(old, keys);
    const key = mapKeyOf(item, keys);
    return key === undefined ? undefined : byKey.get(key);
  };
}

function firstByKey(items: readonly unknown[], keys: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const key = mapKeyOf(item, keys);
    if (key !== undefined && !found.has(key)) found.set(key, item);
  }
  return found;
}

/** Correlates a value with the one that it replaces. */
export const correlate = <S extends ListSchema<S>>(value: unknown, old: unknown, schema: S, fieldSchema: FieldSchema<S>): Correlation =>
  new Pair(value, old, schema, fieldSchema);
