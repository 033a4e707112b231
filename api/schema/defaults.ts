import { isLong } from '../../base/json/long-values.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
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
  const { items, additionalProperties: others } = schema;
  if (items?.default !== undefined || (typeof others === 'object' && others.default !== undefined)) return true;
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

/** Returns the default of items or values, which takes the place of null only; undefined if null stays. */
const presetForNull = (schema: StructuralSchema | undefined): unknown => (schema?.nullable ? undefined : schema?.default);

function build(schema: StructuralSchema): Defaulter {
  if (schema.type === 'array' || schema.items) {
    const item = schema.items ? defaulterOf(schema.items) : nothing;
    const ofNull = presetForNull(schema.items);
    return (value) => {
      if (!Array.isArray(value)) return;
      for (let i = 0; i < value.length; i++) {
        if (value[i] === null && ofNull !== undefined) value[i] = copy(ofNull);
        item(value[i]);
      }
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
  const other = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const others = other ? defaulterOf(other) : nothing;
  const ofNull = presetForNull(other);
  return (value) => {
    if (!isObject(value)) return;
    for (const { name, value: preset, fresh } of own) {
      const there = value[name];
      if (there === undefined || (there === null && !nullable.has(name))) setOwn(value, name, fresh ? copy(preset) : preset);
    }
    for (const { name, run } of nested) if (value[name] !== undefined) run(value[name]);
    if (others === nothing && ofNull === undefined) return;
    for (const key of Object.keys(value)) {
      if (schema.properties?.has(key)) continue;
      if (value[key] === null && ofNull !== undefined) setOwn(value, key, copy(ofNull));
      others(value[key]);
    }
  };
}

/** Fills in the defaults of a value with pauses in its long parts. */
export function* defaultSteps(value: unknown, schema: StructuralSchema): Steps<void> {
  if (!isLong(value)) {
    defaulterOf(schema)(value);
    return;
  }
  if (Array.isArray(value)) yield* listSteps(value, schema);
  else if (isObject(value)) {
    // The long fields are set aside, so that the defaulter of the structure does not enter them.
    const apart: [string, unknown, StructuralSchema][] = [];
    for (const [name, { schema: below }] of schema.properties ?? []) {
      const field = value[name];
      if (!isLong(field)) continue;
      apart.push([name, field, below]);
      value[name] = Array.isArray(field) ? [] : {};
    }
    defaulterOf(schema)(value);
    for (const [name, field, below] of apart) {
      setOwn(value, name, field);
      yield* defaultSteps(field, below);
    }
  }
}

function* listSteps(value: unknown[], schema: StructuralSchema): Steps<void> {
  const { items } = schema;
  const item = items && hasDefaults(items) ? items : undefined;
  const ofNull = presetForNull(items);
  if (!item && ofNull === undefined) return;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === null && ofNull !== undefined) value[i] = copy(ofNull);
    if (item) yield* defaultSteps(value[i], item);
    yield;
  }
}
