import { isObject, setOwn } from '../../base/json.ts';
import { copy } from './decode.ts';
import type { Property, StructuralSchema } from './structural.ts';

/** Fills in the schema's defaults, in place. */
export type Defaulter = (value: unknown) => void;

const nothing: Defaulter = () => {};
const compiled = new WeakMap<StructuralSchema, Defaulter>();
const reaches = new WeakMap<StructuralSchema, boolean>();

function* children(schema: StructuralSchema): Generator<StructuralSchema> {
  for (const property of schema.properties?.values() ?? []) yield property.schema;
  if (schema.items) yield schema.items;
  if (typeof schema.additionalProperties === 'object') yield schema.additionalProperties;
}

/** Returns the constant default of a field. */
const defaultOf = (property: Property): unknown => property.default ?? property.schema.default;

const setsDefaults = (schema: StructuralSchema): boolean => {
  for (const property of schema.properties?.values() ?? []) if (defaultOf(property) !== undefined) return true;
  return false;
};

/** Returns whether anything below the node has a default. The graph may have cycles. */
function hasDefaults(root: StructuralSchema): boolean {
  const known = reaches.get(root);
  if (known !== undefined) return known;
  const seen = new Set([root]);
  for (const node of seen) {
    if (setsDefaults(node) || (node !== root && reaches.get(node))) {
      reaches.set(root, true);
      return true;
    }
    for (const child of children(node)) seen.add(child);
  }
  // Nothing that was seen leads to a default either.
  for (const node of seen) reaches.set(node, false);
  return false;
}

/** Returns the defaulter of a schema, made on first use and kept. A null in a field that is not nullable counts as absent. */
export function defaulterOf(schema: StructuralSchema): Defaulter {
  const known = compiled.get(schema);
  if (known) return known;
  if (!hasDefaults(schema)) return nothing;
  // Set before its parts are built, so that a cycle finds it.
  let run = nothing;
  const defaulter: Defaulter = (value) => run(value);
  compiled.set(schema, defaulter);
  run = build(schema);
  return defaulter;
}

function build(schema: StructuralSchema): Defaulter {
  if (schema.type === 'array' || schema.items) {
    const item = schema.items ? defaulterOf(schema.items) : nothing;
    return (value) => {
      if (Array.isArray(value)) for (const element of value) item(element);
    };
  }
  const own: { name: string; value: unknown; fresh: boolean }[] = [];
  const nested: { name: string; run: Defaulter }[] = [];
  for (const property of schema.properties?.values() ?? []) {
    const { name } = property;
    const value = defaultOf(property);
    if (value !== undefined) own.push({ name, value, fresh: typeof value === 'object' });
    const run = defaulterOf(property.schema);
    if (run !== nothing) nested.push({ name, run });
  }
  const nullable = new Set([...(schema.properties?.values() ?? [])].filter((p) => p.schema.nullable).map((p) => p.name));
  const others = typeof schema.additionalProperties === 'object' ? defaulterOf(schema.additionalProperties) : nothing;
  return (value) => {
    if (!isObject(value)) return;
    for (const { name, value: preset, fresh } of own) {
      const there = value[name];
      if (there === undefined || (there === null && !nullable.has(name))) setOwn(value, name, fresh ? copy(preset) : preset);
    }
    for (const { name, run } of nested) if (value[name] !== undefined) run(value[name]);
    if (others !== nothing) for (const key of Object.keys(value)) if (!schema.properties?.has(key)) others(value[key]);
  };
}
