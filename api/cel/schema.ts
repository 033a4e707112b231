import { entriesOf } from '../../base/json.ts';

/** A condition on the values of a schema, as `x-kubernetes-validations` writes it. */
export interface Rule {
  readonly rule: string;
  readonly message?: string | undefined;
  readonly messageExpression?: string | undefined;
  readonly reason?: string | undefined;
  readonly fieldPath?: string | undefined;
  readonly optionalOldSelf?: boolean | undefined;
}

/** The parts of a structural schema that expressions depend on. The schemas of CustomResourceDefinitions are such schemas. */
export interface CelSchema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly properties?: Readonly<Record<string, CelSchema>> | undefined;
  readonly additionalProperties?: CelSchema | boolean | undefined;
  readonly items?: CelSchema | undefined;
  readonly allOf?: readonly CelSchema[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly maxItems?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
  readonly 'x-kubernetes-validations'?: readonly Rule[] | undefined;
}

const TEXT: CelSchema = { type: 'string' };
const METADATA: CelSchema = { type: 'object', properties: { name: TEXT, generateName: TEXT } };
const withMetadata = new WeakMap<CelSchema, CelSchema>();

/** Returns the schema of a resource, to which apiVersion, kind and the names in its metadata belong whether it mentions them or not. */
export function resourceSchema(schema: CelSchema): CelSchema {
  const known = withMetadata.get(schema);
  if (known) return known;
  const full = { ...schema, properties: { ...schema.properties, kind: TEXT, apiVersion: TEXT, metadata: METADATA } };
  withMetadata.set(schema, full);
  return full;
}

/** Returns the schema of a map's values; undefined if it has none. */
export const valuesOf = ({ additionalProperties }: CelSchema): CelSchema | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined;

export const isEmbedded = (schema: CelSchema): boolean => schema['x-kubernetes-embedded-resource'] === true;

/** Whether a schema or one within it has rules. */
export function hasRules(schema: CelSchema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const values = valuesOf(schema);
  return (schema.items !== undefined && hasRules(schema.items)) || (values !== undefined && hasRules(values)) || someProperty(schema, hasRules);
}

function someProperty({ properties }: CelSchema, test: (schema: CelSchema) => boolean): boolean {
  for (const [, property] of entriesOf(properties)) if (test(property)) return true;
  return false;
}
