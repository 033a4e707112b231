/**
 * The builder that kinds are written in. It looks like zod and infers types as zod does, but a field is one small object:
 * 2,300 zod schemas take 46 ms and 6 MB at each start (measured on Node 24), these about a tenth, and nothing here has to parse:
 * that is the work of the engine that compiles structural schemas (decode.ts, validate.ts).
 */

/**
 * The facts of a schema beyond its shape, in the terms of Kubernetes' OpenAPI extensions
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
 */
export interface FieldMeta {
  readonly title?: string;
  readonly description?: string;
  readonly format?: 'int32' | 'int64' | 'double' | 'byte' | 'date-time' | 'date-time-micro' | 'go-duration' | 'int-or-string' | 'quantity';
  readonly default?: unknown;
  /** The values that documents list; rules hold a field to them. */
  readonly enum?: readonly string[];
  /** The names of required fields in the order that documents have, where it is not that of the fields' numbers. */
  readonly requiredOrder?: readonly string[];
  /** The default that documents show. `default` is not shown there; nor is it needed for the zero value of a field that is always filled. */
  readonly published?: unknown;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-strategy'?: 'merge' | 'retainKeys' | 'merge,retainKeys' | 'replace';
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-unions'?: readonly UnionExtension[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  /**
   * The treatment of the zero value (`""`, `0`, `false`, `[]`, `{}`), as by the Go struct behind kube-apiserver:
   * `value` drops it (omitempty), `pointer` tells it from an absent one, `filled` writes it where the field is absent, `null` writes null there.
   * Default: `value` for scalars, lists and maps, `pointer` for structures, `filled` for required fields.
   */
  readonly presence?: 'value' | 'pointer' | 'filled' | 'null';
  /** Decoding tells an empty list from an absent one, though the stored form does not: the strategy makes them one. */
  readonly keepsEmpty?: true;
  /** The named type that error messages show instead of `string`: `RestartPolicy`; with its package where that is not `v1`. */
  readonly goType?: string;
  /** The structure that upstream embeds here (`ProbeHandler`): error messages show it in the path. */
  readonly embedded?: string;
  /** The field decodes itself, as Go types with an UnmarshalJSON do: strict validation does not look into it. */
  readonly opaque?: boolean;
  /** The structure that objects in a field of any value are, itself or in a list: a schema where a boolean or a list of schemas may stand. */
  readonly parsedAs?: Field;
  /** The named structure that a field refers to, where the field has metadata of its own. */
  readonly target?: Field;
  /** Set for a value of several types: Protobuf holds it in a message with a field for each of them. */
  readonly union?: Union;
}

/** The fields of a structure of which one may be set; a discriminator names it. */
export interface UnionExtension {
  readonly discriminator?: string;
  readonly 'fields-to-discriminateBy': Readonly<Record<string, string>>;
}

/** The fields of the message that holds a value of several types, with their numbers. */
export interface Union {
  /** Name of the type in documents, where it stands without description. */
  readonly title: string;
  /** True as well if the value is an object. */
  readonly boolean?: Field<boolean>;
  readonly object?: Field;
  readonly list?: Field<unknown[]>;
}

/**
 * The number of a field in the Protobuf form of its structure. Several numbers stand for a field of an embedded message, which JSON has no
 * field for: the number of the message, of a message within that if there is one, and of the field within the last.
 */
export type Tag = number | readonly [message: number, ...within: number[]];

/** The kind of JSON value in the field. */
export type FieldKind = 'string' | 'number' | 'integer' | 'boolean' | 'any' | 'list' | 'map' | 'struct';

declare const type: unique symbol;

/** A field, or a structure, whose values are of type T. */
export class Field<T = unknown> {
  /** Never set. Carries the type. */
  declare readonly [type]: T;
  readonly kind: FieldKind;
  readonly meta: FieldMeta;
  /** The items of a list or map. */
  readonly item: Field | undefined;
  readonly shape: Shape | undefined;
  readonly isOptional: boolean;
  /** Set by tag(). */
  readonly tagged: Tag | undefined;

  constructor(kind: FieldKind, meta: FieldMeta, item?: Field, shape?: Shape, isOptional = false, tagged?: Tag) {
    this.kind = kind;
    this.meta = meta;
    this.item = item;
    this.shape = shape;
    this.isOptional = isOptional;
    this.tagged = tagged;
  }

  /** Returns the field as one that may be left out of its structure. */
  optional(): OptionalField<T> {
    return new OptionalField<T>(this.kind, this.metaHere(), this.item, this.shape, true, this.tagged);
  }

  /**
   * Returns the field with its number in the Protobuf form of the structure; `tag(1, 2)` is field 2 of the embedded message 1, and
   * `tag(1, 3, 2)` field 2 of the message 3 within it.
   * The numbers are part of the wire protocol and never change (upstream's stand in the struct tags of k8s.io/api and k8s.io/apimachinery).
   */
  tag(number: number, ...within: number[]): Field<T> {
    return new Field<T>(this.kind, this.metaHere(), this.item, this.shape, false, tagOf(number, within));
  }

  /** A structure that stands as a field is still that structure, not a copy of it. */
  protected metaHere(): FieldMeta {
    return this.shape && !this.meta.target ? { target: this } : this.meta;
  }
}

export class OptionalField<T = unknown> extends Field<T> {
  /** Never set. Distinguishes the type from that of a required field. */
  declare readonly mayBeAbsent: true;

  override tag(number: number, ...within: number[]): OptionalField<T> {
    return new OptionalField<T>(this.kind, this.metaHere(), this.item, this.shape, true, tagOf(number, within));
  }
}

const tagOf = (number: number, within: readonly number[]): Tag => (within.length === 0 ? number : [number, ...within]);

export type Shape = Readonly<Record<string, Field>>;

/** The type of the values of a field. */
export type Infer<F extends Field> = F[typeof type];

type Simplify<T> = { [K in keyof T]: T[K] };
type ObjectOf<S extends Shape> = Simplify<
  { [K in keyof S as S[K] extends OptionalField ? never : K]: Infer<S[K]> } & {
    [K in keyof S as S[K] extends OptionalField ? K : never]?: Infer<S[K]> | undefined;
  }
>;

const none: FieldMeta = {};
const field = <T>(kind: FieldKind, description: string | undefined, meta: FieldMeta | undefined, own?: FieldMeta): Field<T> =>
  new Field<T>(kind, description === undefined && meta === undefined ? (own ?? none) : { description, ...own, ...meta });

const DOUBLE: FieldMeta = { format: 'double' };
const INT32: FieldMeta = { format: 'int32' };
const INT64: FieldMeta = { format: 'int64' };
const BYTE: FieldMeta = { format: 'byte' };
const TIME: FieldMeta = { format: 'date-time' };
const MICRO_TIME: FieldMeta = { format: 'date-time-micro' };
const DURATION: FieldMeta = { format: 'go-duration' };
const QUANTITY: FieldMeta = { format: 'quantity' };
const INT_OR_STRING: FieldMeta = { format: 'int-or-string', 'x-kubernetes-int-or-string': true };
const ANY: FieldMeta = { 'x-kubernetes-preserve-unknown-fields': true };

/** The constructors take a one-line description, which `kubectl explain` shows, and further facts of the field. */
export const string = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta);
export const boolean = (description?: string, meta?: FieldMeta) => field<boolean>('boolean', description, meta);
export const number = (description?: string, meta?: FieldMeta) => field<number>('number', description, meta, DOUBLE);
export const int32 = (description?: string, meta?: FieldMeta) => field<number>('integer', description, meta, INT32);
export const int64 = (description?: string, meta?: FieldMeta) => field<number>('integer', description, meta, INT64);
/** Base64 of the bytes. */
export const bytes = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta, BYTE);
/** RFC 3339 with seconds, as metav1.Time. */
export const time = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta, TIME);
/** RFC 3339 with microseconds, as metav1.MicroTime. */
export const microTime = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta, MICRO_TIME);
/** A length of time as metav1.Duration has it: `1m30s`. */
export const duration = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta, DURATION);
/** A resource.Quantity in its textual form; JSON numbers are accepted and made text on decoding. */
export const quantity = (description?: string, meta?: FieldMeta) => field<string>('string', description, meta, QUANTITY);
export const intOrString = (description?: string, meta?: FieldMeta) => field<number | string>('any', description, meta, INT_OR_STRING);
/** Any JSON value, kept as it is; T is the API's type of it. */
export const anyValue = <T = unknown>(description?: string, meta?: FieldMeta) => field<T>('any', description, meta, ANY);
export const map = <V extends Field>(value: V, description?: string, meta?: FieldMeta) =>
  new Field<Record<string, Infer<V>>>('map', { description, ...meta }, value);
export const list = <V extends Field>(item: V, description?: string, meta?: FieldMeta) =>
  new Field<Infer<V>[]>('list', { description, ...meta }, item);
/** A list that an apply replaces as a whole. */
export const atomicList = <V extends Field>(item: V, description?: string, meta?: FieldMeta) =>
  list(item, description, { 'x-kubernetes-list-type': 'atomic', ...meta });
/** A list of distinct scalars. */
export const setList = <V extends Field>(item: V, description?: string, meta?: FieldMeta) =>
  list(item, description, { 'x-kubernetes-list-type': 'set', ...meta });
/** A list merged by key on server-side apply; and on strategic merge patch, unless `patch` is false, by `mergeKey` (the first key, if left out). */
export const listMap = <V extends Field>(
  item: V,
  keys: readonly string[],
  description?: string,
  meta?: FieldMeta & { readonly patch?: false | 'merge' | 'merge,retainKeys'; readonly mergeKey?: string },
) => {
  const { patch = 'merge', mergeKey = keys[0] ?? '', ...rest } = meta ?? {};
  return list(item, description, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...(patch ? { 'x-kubernetes-patch-strategy': patch, 'x-kubernetes-patch-merge-key': mergeKey } : {}),
    ...rest,
  });
};
/** A string of a named type, in a list or map; `values` are those that documents list. */
export const namedString = (goType: string, values?: readonly string[]) => string(undefined, values ? { goType, enum: values } : { goType });
/** Resource name → quantity. */
export const resourceList = (description: string) => map(quantity(), description, { goType: 'ResourceList' });

/** A field that holds the named structure, with a description of its use there. */
export const ref = <T>(structure: Field<T>, description: string | undefined, meta?: FieldMeta): Field<T> =>
  new Field<T>('struct', { ...(description === undefined ? {} : { description }), target: structure, ...meta });

/** A named structure: what OpenAPI calls a definition, and Go a struct. Getters in the shape are read late, so that a structure can hold itself. */
export const struct = <S extends Shape>(title: string, description: string, shape: S, meta?: FieldMeta): Field<ObjectOf<S>> =>
  new Field<ObjectOf<S>>('struct', { title, description, ...meta }, undefined, shape);
/** A structure that an apply replaces as a whole. */
export const atomicStruct = <S extends Shape>(title: string, description: string, shape: S) =>
  struct(title, description, shape, { 'x-kubernetes-map-type': 'atomic' });

export const API_VERSION = 'APIVersion defines the schema that this object is written in: its group and version.';
export const KIND = 'Kind names the type of this object, in CamelCase.';

type Typed = { apiVersion: OptionalField<string>; kind: OptionalField<string> };

/** A structure that stands alone in a request: it has apiVersion and kind. */
export const topLevel = <S extends Shape>(title: string, description: string, shape: S, meta?: FieldMeta): Field<ObjectOf<Typed & S>> =>
  struct<Typed & S>(title, description, { apiVersion: string(API_VERSION).optional(), kind: string(KIND).optional(), ...shape }, meta);
