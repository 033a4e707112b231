import type { Union } from '../../../api/schema/fields.ts';
import { API_VERSION, KIND } from '../../../api/schema/fields.ts';
import type { Property, StructuralSchema, ValueValidation } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import type { SchemaNames } from './schema-names.ts';
import { DURATION, FIELDS_V1, INT_OR_STRING, MICRO_TIME, OBJECT_META, QUANTITY, RAW_EXTENSION, TIME } from './schema-names.ts';

export type Json = { [key: string]: unknown };

/** The difference between OpenAPI's versions: the place of schemas, and whether a reference may have siblings (2.0) or needs allOf for that (3.0). */
export interface Dialect {
  readonly version: 2 | 3;
  readonly root: '#/definitions/' | '#/components/schemas/';
}

export const V2: Dialect = { version: 2, root: '#/definitions/' };
export const V3: Dialect = { version: 3, root: '#/components/schemas/' };

const SCALARS: Readonly<Record<string, string>> = {
  quantity: QUANTITY,
  'int-or-string': INT_OR_STRING,
  'date-time': TIME,
  'date-time-micro': MICRO_TIME,
  'go-duration': DURATION,
  RawExtension: RAW_EXTENSION,
  'runtime.RawExtension': RAW_EXTENSION,
  FieldsV1: FIELDS_V1,
};

export const TYPE_FIELDS: Json = {
  apiVersion: { description: API_VERSION, type: 'string' },
  kind: { description: KIND, type: 'string' },
};

/** Begins as upstream's description does: people and conformance tests look for it in `kubectl explain`. */
const METADATA = "Standard object's metadata: name, namespace, labels, annotations and the records of the system.";

/** Writes schemas down for a document, and collects the structures they refer to. */
export interface SchemaWriter {
  /** A structure or any other schema in place, without reference. */
  body(schema: StructuralSchema): Json;
  /** A reference to a schema by name, with what is said beside it. */
  reference(name: string, beside?: Json): Json;
  /** The fields that every object has: apiVersion, kind and metadata. */
  objectFields(): Json;
  /** Structures that were referred to and are not written yet: name → body. */
  readonly pending: Map<string, StructuralSchema>;
  /** Scalars of apimachinery that were referred to. */
  readonly scalars: Set<string>;
  /** Names that were referred to by `reference`. */
  readonly referred: Set<string>;
  readonly dialect: Dialect;
}

export function schemaWriter(dialect: Dialect, names: SchemaNames): SchemaWriter {
  const pending = new Map<string, StructuralSchema>();
  const scalars = new Set<string>();
  const referred = new Set<string>();

  const reference = (name: string, beside: Json = {}): Json => {
    referred.add(name);
    const $ref = dialect.root + name;
    if (Object.keys(beside).length === 0) return { $ref };
    return dialect.version === 2 ? { $ref, ...beside } : { allOf: [{ $ref }], ...beside };
  };

  const objectFields = (): Json => ({ ...TYPE_FIELDS, metadata: reference(OBJECT_META, { description: METADATA }) });

  /** The name of a schema that has one: of a structure, or of a scalar of apimachinery. */
  const nameOf = (schema: StructuralSchema): string | undefined => {
    const name = names(schema);
    if (name !== undefined) {
      pending.set(name, schema);
      return name;
    }
    const scalar = SCALARS[schema.format ?? (schema.type === undefined ? (schema.goType ?? '') : '')];
    // Custom resources write date-time and the like in place.
    if (scalar === undefined || schema.validation || (schema.format === 'date-time' && schema.title !== undefined)) return undefined;
    scalars.add(scalar);
    return scalar;
  };

  /** The type of a value of several types has a name beside that of the structure. */
  const unionName = ({ title, object }: Union): string | undefined => {
    const of = object && names(structuralOf(object));
    return of && `${of.slice(0, of.lastIndexOf('.'))}.${title}`;
  };

  const part = (schema: StructuralSchema, beside: Json = {}, union = schema.union): Json => {
    const name = union ? unionName(union) : nameOf(schema);
    return name === undefined ? { ...body(schema), ...beside } : reference(name, beside);
  };

  const property = (field: Property): Json => {
    const { description, schema } = field;
    // 2.0 knows no defaults in structural documents: upstream leaves them out there.
    const preset = dialect.version === 2 ? undefined : defaultOf(field);
    return part(
      schema,
      {
        ...(description === undefined ? {} : { description }),
        ...(preset === undefined ? {} : { default: preset }),
        ...(field.mapType ? { 'x-kubernetes-map-type': field.mapType } : {}),
        ...(field.patchStrategy ? { 'x-kubernetes-patch-strategy': field.patchStrategy } : {}),
      },
      field.union ?? schema.union,
    );
  };

  const body = (schema: StructuralSchema): Json => {
    const out: Json = {};
    if (schema.description) out.description = schema.description;
    const { format } = schema;
    if (schema.type) out.type = schema.type;
    if (format !== undefined) out.format = format === 'date-time-micro' ? 'date-time' : format;
    if (schema.nullable && dialect.version === 3) out.nullable = true;
    if (schema.enum) out.enum = schema.enum;
    for (const [key, value] of Object.entries(schema)) if (key.startsWith('x-kubernetes-')) out[key] = value;
    if (schema.items) out.items = part(schema.items);
    if (typeof schema.additionalProperties === 'object') {
      out.additionalProperties = part(schema.additionalProperties);
    } else if (schema.additionalProperties === true) out.additionalProperties = true;
    if (schema.properties && schema.properties.size > 0) {
      out.properties = Object.fromEntries([...schema.properties.values()].map((field) => [field.name, property(field)]));
    }
    if (schema.required?.length) out.required = inOrder(schema);
    if (schema['x-kubernetes-embedded-resource'] && !(dialect.version === 2 && schema['x-kubernetes-preserve-unknown-fields'])) {
      out.properties = { ...(typeof out.properties === 'object' ? out.properties : {}), ...objectFields() };
      out.required = [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])];
    }
    if (schema.validation) Object.assign(out, constraints(schema.validation, dialect));
    // Any JSON: upstream writes RawExtension and the like as an object without more.
    if (!schema.type && schema['x-kubernetes-preserve-unknown-fields'] && !schema.validation) {
      // That a named value may be anything says its name.
      if (names(schema) === undefined) {
        // Custom resources keep what their schema says.
        if (schema.goType !== undefined) out.type = 'object';
      } else delete out['x-kubernetes-preserve-unknown-fields'];
    }
    return out;
  };

  const constraints = ({ allOf, anyOf, oneOf, not, ...plain }: ValueValidation, { version }: Dialect): Json => {
    if (version === 2) return allOf ? { ...plain, allOf: allOf.map(body) } : plain;
    return {
      ...plain,
      ...(allOf ? { allOf: allOf.map(body) } : {}),
      ...(anyOf ? { anyOf: anyOf.map(body) } : {}),
      ...(oneOf ? { oneOf: oneOf.map(body) } : {}),
      ...(not ? { not: body(not) } : {}),
    };
  };

  return { body, reference, objectFields, pending, scalars, referred, dialect };
}

/** Returns the names of the required fields in the order in which the Go type has them: that of their numbers, where they have some. */
function inOrder({ properties, required = [], requiredOrder }: StructuralSchema): readonly string[] {
  if (requiredOrder) return requiredOrder;
  const place = (name: string): number => {
    const tag = properties?.get(name)?.tag;
    return typeof tag === 'number' ? tag : (tag?.[0] ?? 0);
  };
  return required.toSorted((a, b) => place(a) - place(b));
}

/** Returns the default that a document shows: that of a custom resource, a published one, or the zero value of a field that Go always writes. */
function defaultOf({ schema, presence, default: preset, published = schema.published }: Property): unknown {
  if (presence === undefined) return preset ?? schema.default;
  if (published !== undefined) return published;
  if (presence !== 'filled' || schema.format === 'date-time' || schema.format === 'date-time-micro' || schema.format === 'byte') return undefined;
  if (schema.properties) return {};
  switch (schema.type) {
    case 'string':
      return schema.format === undefined ? '' : undefined;
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return undefined;
  }
}

/** The scalars of apimachinery, by name. */
export function scalarDocument(name: string, { version }: Dialect): Json {
  switch (name) {
    case QUANTITY: {
      const description = 'A fixed-point number as text: digits, an optional point, and a suffix such as m, k, Mi or e3.';
      return version === 2 ? { description, type: 'string' } : { description, oneOf: [{ type: 'string' }, { type: 'number' }] };
    }
    case INT_OR_STRING: {
      const description = 'A number or a string.';
      return version === 2
        ? { description, type: 'string', format: 'int-or-string' }
        : { description, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    }
    case MICRO_TIME:
      return { description: 'A time as RFC 3339 with microseconds.', type: 'string', format: 'date-time' };
    case DURATION:
      return { description: 'A length of time as text, such as 1m30s.', type: 'string' };
    case RAW_EXTENSION:
      return { description: 'Any object.', type: 'object' };
    case FIELDS_V1:
      return { description: 'A set of fields, as a tree of paths.', type: 'object' };
    case TIME:
      return { description: 'A time as RFC 3339 with whole seconds.', type: 'string', format: 'date-time' };
    default:
      return { description: 'A value of one of several types.' };
  }
}
