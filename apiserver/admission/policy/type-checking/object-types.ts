import { declarationOf, typeOfDeclaration } from '../../../../api/cel/declarations.ts';
import type { CelSchema } from '../../../../api/cel/schema.ts';
import { codecOf } from '../../../../api/definition/codec.ts';
import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { ObjectMeta } from '../../../../api/meta/object-meta.ts';
import type { StructuralSchema } from '../../../../api/schema/structural.ts';
import { structuralOf } from '../../../../api/schema/structural.ts';
import type { CelType } from '../../../../base/cel/types.ts';

const TEXT: CelSchema = { type: 'string' };
const STRUCTURE: CelSchema = { type: 'object' };
/** A value of several types, of which expressions know nothing: upstream's schemas of quantities name no type. */
const UNTYPED: CelSchema = {};

/** Shows a schema as upstream's OpenAPI does, references resolved; a structure within itself is one without fields. */
function shown(schema: StructuralSchema, within: ReadonlySet<StructuralSchema>): CelSchema {
  const { type, format, properties, additionalProperties, items } = schema;
  if (format === 'int-or-string' || schema['x-kubernetes-int-or-string']) return { 'x-kubernetes-int-or-string': true };
  if (format === 'quantity') return UNTYPED;
  if (type === undefined) return STRUCTURE;
  if (within.has(schema)) return STRUCTURE;
  const inner = new Set(within).add(schema);
  const fields = properties && [...properties].map(([name, property]) => [name, shown(property.schema, inner)] as const);
  return {
    type,
    ...(format === undefined ? {} : { format: format === 'date-time-micro' ? 'date-time' : format }),
    ...(fields ? { properties: Object.fromEntries(fields) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: shown(additionalProperties, inner) } : {}),
    ...(items ? { items: shown(items, inner) } : {}),
  };
}

const types = new WeakMap<KindDefinition, { readonly type: CelType | undefined }>();

/** Returns the type of the objects of a kind in expressions; undefined if its schema gives none. */
export function objectTypeFor(kind: KindDefinition): CelType | undefined {
  const known = types.get(kind);
  if (known) return known.type;
  const schema = shown(codecOf(kind).structural, new Set());
  const metadata = shown(structuralOf(ObjectMeta), new Set());
  const whole = { ...schema, properties: { ...schema.properties, apiVersion: TEXT, kind: TEXT, metadata } };
  const declaration = schema.type === 'object' ? declarationOf(whole, false) : undefined;
  const type = declaration && typeOfDeclaration(declaration, `${kind.kind}0`);
  types.set(kind, { type });
  return type;
}
