import { equalJson, isObject, own } from '../../../base/json.ts';
import type { StructuralSchema } from '../structural.ts';

/**
 * A value of an updated object beside the one that it replaces. Children are correlated where both have the field and the schema names it, and
 * where items of a map list have the same keys (k8s.io/apiserver/pkg/cel/common, CorrelatedObject).
 */
export interface Correlation {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: StructuralSchema;
  /** Returns the correlation of a field; undefined if it has no counterpart. */
  key(field: string): Correlation | undefined;
  /** Returns the correlation of an item; undefined if it has no counterpart. */
  index(at: number): Correlation | undefined;
  /** Whether the value is what it was. Items of a map list may stand in another order. */
  equal(): boolean;
}

const isMapList = (schema: StructuralSchema): boolean =>
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

class Pair implements Correlation {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: StructuralSchema;
  private children: Map<string | number, Pair | undefined> | undefined;
  private oldByKey: Map<string, unknown> | undefined;
  private isEqual: boolean | undefined;

  constructor(value: unknown, old: unknown, schema: StructuralSchema) {
    this.value = value;
    this.old = old;
    this.schema = schema;
  }

  key(field: string): Pair | undefined {
    return this.child(field, () => {
      const { value, old, schema } = this;
      if (!isObject(value) || !isObject(old) || !Object.hasOwn(value, field) || !Object.hasOwn(old, field)) return undefined;
      const { additionalProperties } = schema;
      const of = schema.properties?.get(field)?.schema ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
      return of && new Pair(value[field], old[field], of);
    });
  }

  index(at: number): Pair | undefined {
    return this.child(at, () => {
      const { value, old, schema } = this;
      if (!Array.isArray(value) || !Array.isArray(old) || at >= value.length || !schema.items || !isMapList(schema)) return undefined;
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      this.oldByKey ??= firstByKey(old, keys);
      const key = mapKeyOf(value[at], keys);
      const counterpart = key === undefined ? undefined : this.oldByKey.get(key);
      return counterpart === undefined ? undefined : new Pair(value[at], counterpart, schema.items);
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

  private child(at: string | number, find: () => Pair | undefined): Pair | undefined {
    this.children ??= new Map();
    if (this.children.has(at)) return this.children.get(at);
    const found = find();
    this.children.set(at, found);
    return found;
  }
}

function firstByKey(items: readonly unknown[], keys: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const key = mapKeyOf(item, keys);
    if (key !== undefined && !found.has(key)) found.set(key, item);
  }
  return found;
}

export const correlate = (value: unknown, old: unknown, schema: StructuralSchema): Correlation => new Pair(value, old, schema);
