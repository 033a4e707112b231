import type { SizeHint } from '../../base/cel/cost.ts';
import { range } from '../../base/cel/cost.ts';
import type { CelType } from '../../base/cel/types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listType, mapType, objectType, STRING, TIMESTAMP } from '../../base/cel/types.ts';
import { escapedName } from './escaping.ts';
import type { CelSchema } from './schema.ts';
import { isEmbedded, resourceSchema, valuesOf } from './schema.ts';

/** The type of a schema's values and their largest sizes, as expressions know them before there is data. */
export interface Declaration {
  readonly kind: 'scalar' | 'list' | 'map' | 'object';
  /** The type of a scalar. */
  readonly scalar: CelType;
  /** The most characters, elements or entries a value may have. */
  readonly maxElements: number;
  /** The fewest bytes of a value in JSON. */
  readonly minSize: number;
  readonly element?: Declaration;
  /** The keys of a map whose size is bounded. */
  readonly key?: Declaration;
  /** By the names under which expressions know the fields. */
  readonly fields?: ReadonlyMap<string, Declaration>;
}

/** The size of the largest request: what is not bounded otherwise is bounded by it. */
export const MAX_REQUEST = 3 * 1024 * 1024;
const MAX_TEXT = MAX_REQUEST - 2;
const FORMATS: Readonly<Record<string, { readonly type: CelType; readonly max: number; readonly min: number }>> = {
  duration: { type: DURATION, max: 32, min: 3 },
  date: { type: TIMESTAMP, max: 12, min: 12 },
  'date-time': { type: TIMESTAMP, max: 32, min: 21 },
};

const scalar = (type: CelType, minSize: number, maxElements = 0): Declaration => ({ kind: 'scalar', scalar: type, maxElements, minSize });
const atLeastZero = (bound: number): number => Math.max(0, bound);

function textDeclaration(schema: CelSchema): Declaration {
  const format = schema.format === undefined || !Object.hasOwn(FORMATS, schema.format) ? undefined : FORMATS[schema.format];
  if (format) return scalar(format.type, format.min, format.max);
  const { maxLength } = schema;
  if (schema.format === 'byte') return scalar(BYTES, 2, maxLength === undefined ? MAX_TEXT : atLeastZero(maxLength));
  // A character takes up to four bytes.
  if (maxLength !== undefined) return scalar(STRING, 2, atLeastZero(maxLength) * 4);
  const texts = (schema.enum ?? []).filter((value) => typeof value === 'string');
  const longest = Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
  return scalar(STRING, 2, schema.enum && schema.enum.length > 0 ? longest : MAX_TEXT);
}

/**
 * Returns the declaration of a schema; undefined if expressions cannot see such values. `isResource` is set for the root of a resource.
 * Follows k8s.io/apiserver/pkg/cel/common, SchemaDeclType.
 */
export function declarationOf(given: CelSchema, isResource: boolean): Declaration | undefined {
  if (given['x-kubernetes-int-or-string']) {
    return scalar(DYN, 1, given.maxLength === undefined ? MAX_TEXT : atLeastZero(given.maxLength) * 4);
  }
  const schema = isResource ? resourceSchema(given) : given;
  switch (schema.type) {
    case 'array': {
      const element = schema.items && declarationOf(schema.items, isEmbedded(schema.items));
      if (!element) return undefined;
      const most = schema.maxItems === undefined ? Math.floor((MAX_REQUEST - 2) / (element.minSize + 1)) : atLeastZero(schema.maxItems);
      return { kind: 'list', scalar: DYN, maxElements: most, minSize: 2, element };
    }
    case 'object': {
      const values = valuesOf(schema);
      if (!values) return objectDeclaration(schema);
      const element = declarationOf(values, isEmbedded(values));
      if (!element) return undefined;
      const most = schema.maxProperties === undefined ? Math.floor((MAX_REQUEST - 2) / (element.minSize + 6)) : atLeastZero(schema.maxProperties);
      return { kind: 'map', scalar: DYN, maxElements: most, minSize: 2, element };
    }
    case 'string':
      return textDeclaration(schema);
    case 'boolean':
      return scalar(BOOL, 4);
    case 'number':
      return scalar(DOUBLE, 1);
    case 'integer':
      return scalar(INT, 1);
    default:
      return undefined;
  }
}

function objectDeclaration({ properties = {}, required = [] }: CelSchema): Declaration {
  const fields = new Map<string, Declaration>();
  let minSize = 2;
  for (const [name, property] of Object.entries(properties)) {
    const field = declarationOf(property, isEmbedded(property));
    if (!field) continue;
    const escaped = escapedName(name);
    if (escaped !== undefined) fields.set(escaped, field);
    // A default is filled in by the server and need not be sent.
    if (required.includes(name) && property.default === undefined) minSize += Buffer.byteLength(name) + field.minSize + 4;
  }
  return { kind: 'object', scalar: DYN, maxElements: 0, minSize, fields };
}

/** Returns the type of a declaration. Structures are named after the place where they stand, as in `selfType0.spec.@idx`. */
export function typeOfDeclaration(declaration: Declaration, name: string): CelType {
  const { kind, element, fields } = declaration;
  if (kind === 'list' && element) return listType(typeOfDeclaration(element, `${name}.@idx`));
  if (kind === 'map' && element) return mapType(STRING, typeOfDeclaration(element, `${name}.@elem`));
  if (kind !== 'object') return declaration.scalar;
  const known = new Map<string, CelType>();
  return objectType(name, (field) => {
    const found = known.get(field);
    if (found) return found;
    const inner = fields?.get(field);
    const type = inner && typeOfDeclaration(inner, `${name}.${field}`);
    if (type) known.set(field, type);
    return type;
  });
}

/**
 * Bounds the sizes of values below a variable of the declaration. With `namedValues`, a value of a map that is read by its name, `m.key`, is
 * bounded like any other of its values; upstream does so for devices, not for custom resources.
 */
export const sizesIn =
  (root: Declaration, namedValues = false): SizeHint =>
  (path) => {
    if (!path || path.length === 0) return undefined;
    let at: Declaration | undefined = root;
    for (const name of path.slice(1)) {
      if (name === '@keys' && at.kind === 'map') at = at.key ?? KEY;
      else if (name === '@items' || name === '@values' || (namedValues && at.kind === 'map')) at = at.element;
      else at = at.fields?.get(name);
      if (!at) return undefined;
    }
    return range(0, at.maxElements);
  };
const KEY = scalar(STRING, 2);

/** Returns how often values of the declaration fit into one request at most. */
export const mostPerRequest = ({ minSize }: Declaration): number => Math.floor(MAX_REQUEST / (minSize + 1));
