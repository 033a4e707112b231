export type TypeKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'object'
  | 'opaque'
  | 'type'
  | 'param';

/** The type of an expression. Two types with the same text (`formatType`) are the same type. */
export interface CelType {
  readonly kind: TypeKind;
  /** The name under which `type(x)` knows the type, such as `google.protobuf.Timestamp`. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The text of the type in error messages. */
  readonly text: string;
  /** An object type: returns the type of a field, undefined if there is no such field. */
  readonly field?: (name: string) => CelType | undefined;
  /** Makes the structure that an expression constructs, as in `Object{spec: x}`, from the values of its fields. */
  readonly construct?: Construct;
}

interface Construction {
  construct(fields: ReadonlyMap<string, unknown>): object;
}
/** Makes a structure, a MapValue, from values. It is the type of a method, so that it may say that it takes Values, of which types know nothing. */
export type Construct = Construction['construct'];

const simple = (kind: TypeKind, name: string = kind, text: string = name): CelType => ({ kind, name, params: [], text });

export const DYN = simple('dyn');
export const ERROR = simple('error', '!error!');
export const NULL = simple('null', 'null_type', 'null');
export const BOOL = simple('bool');
export const INT = simple('int');
export const UINT = simple('uint');
export const DOUBLE = simple('double');
export const STRING = simple('string');
export const BYTES = simple('bytes');
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp', 'timestamp');
export const DURATION = simple('duration', 'google.protobuf.Duration', 'duration');
/** The type of types whose parameter is not known. */
export const TYPE = simple('type');

const withParams = (kind: TypeKind, name: string, params: readonly CelType[]): CelType => ({
  kind,
  name,
  params,
  text: params.length === 0 ? name : `${name}(${params.map((p) => p.text).join(', ')})`,
});

export const listType = (item: CelType): CelType => withParams('list', 'list', [item]);
export const mapType = (key: CelType, value: CelType): CelType => withParams('map', 'map', [key, value]);
export const typeType = (of: CelType): CelType => withParams('type', 'type', [of]);
export const opaqueType = (name: string, ...params: readonly CelType[]): CelType => withParams('opaque', name, params);
export const optionalType = (of: CelType): CelType => opaqueType('optional_type', of);
export const paramType = (name: string): CelType => simple('param', name);

/** Returns the type of structures with known fields. A type without `construct` cannot be made by an expression. */
export function objectType(name: string, field: (name: string) => CelType | undefined = () => undefined, construct?: Construct): CelType {
  return { kind: 'object', name, params: [], text: name, field, ...(construct ? { construct } : {}) };
}

export const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type';

/** Returns the type that an optional type wraps; undefined for other types. */
export const unwrapped = (type: CelType): CelType | undefined => (isOptional(type) ? type.params[0] : undefined);
export const isDyn = (type: CelType): boolean => type.kind === 'dyn';
export const sameType = (a: CelType, b: CelType): boolean => a === b || a.text === b.text;
