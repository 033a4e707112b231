import * as z from 'zod';

/**
 * What a schema says beyond its shape, in the terms of Kubernetes' OpenAPI extensions
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
 */
export interface FieldMeta {
  readonly title?: string;
  readonly description?: string;
  readonly format?: 'int32' | 'int64' | 'double' | 'byte' | 'date-time' | 'date-time-micro' | 'int-or-string' | 'quantity';
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-strategy'?: 'merge' | 'retainKeys' | 'merge,retainKeys' | 'replace';
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-unions'?: readonly { readonly discriminator?: string; readonly 'fields-to-discriminateBy': Readonly<Record<string, string>> }[];
  /**
   * How the field treats its zero value (`""`, `0`, `false`, `[]`, `{}`), as the Go struct behind kube-apiserver does:
   * `value` drops it (omitempty), `pointer` tells it from an absent one, `filled` writes it where the field is absent, `null` writes null there.
   * What is left out: scalars, lists and maps are `value`, structures `pointer`, required fields `filled`.
   */
  readonly presence?: 'value' | 'pointer' | 'filled' | 'null';
  /** The named type that error messages show instead of `string`: `RestartPolicy`; with its package where that is not `v1`. */
  readonly goType?: string;
  /** The structure that upstream embeds here (`ProbeHandler`): error messages show it in the path. */
  readonly embedded?: string;
  /** The named structure that a field refers to, where the field has metadata of its own. */
  readonly target?: object;
}

const metadata = new WeakMap<object, FieldMeta>();

/** What is said of a schema; read by the structural conversion. */
export const fieldMeta = (schema: z.ZodType): FieldMeta => metadata.get(schema) ?? {};

export type Infer<S extends z.ZodType> = z.infer<S>;

function tagged<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  metadata.set(schema, meta);
  return schema;
}

const described = <S extends z.ZodType>(schema: S, description: string | undefined, meta: FieldMeta | undefined): S =>
  description === undefined && meta === undefined ? schema : tagged(schema, { description, ...meta });

/** The constructors take a one-line description, which `kubectl explain` shows, and what else is to be said of the field. */
export const string = (description?: string, meta?: FieldMeta) => described(z.string(), description, meta);
export const boolean = (description?: string, meta?: FieldMeta) => described(z.boolean(), description, meta);
export const number = (description?: string, meta?: FieldMeta) => tagged(z.number(), { description, format: 'double', ...meta });
export const int32 = (description?: string, meta?: FieldMeta) => tagged(z.number(), { description, format: 'int32', ...meta });
export const int64 = (description?: string, meta?: FieldMeta) => tagged(z.number(), { description, format: 'int64', ...meta });
/** Base64 of the bytes. */
export const bytes = (description?: string, meta?: FieldMeta) => tagged(z.string(), { description, format: 'byte', ...meta });
/** RFC 3339 with seconds, as metav1.Time. */
export const time = (description?: string, meta?: FieldMeta) => tagged(z.string(), { description, format: 'date-time', ...meta });
/** RFC 3339 with microseconds, as metav1.MicroTime. */
export const microTime = (description?: string, meta?: FieldMeta) => tagged(z.string(), { description, format: 'date-time-micro', ...meta });
/** A resource.Quantity in its textual form; JSON numbers are accepted and made text on decoding. */
export const quantity = (description?: string, meta?: FieldMeta) => tagged(z.string(), { description, format: 'quantity', ...meta });
export const intOrString = (description?: string, meta?: FieldMeta) =>
  tagged(z.union([z.number(), z.string()]), { description, format: 'int-or-string', 'x-kubernetes-int-or-string': true, ...meta });
/** Any JSON value, kept as it is. */
export const anyValue = (description?: string, meta?: FieldMeta) =>
  tagged(z.any(), { description, 'x-kubernetes-preserve-unknown-fields': true, ...meta });
export const map = <V extends z.ZodType>(value: V, description?: string, meta?: FieldMeta) =>
  described(z.record(z.string(), value), description, meta);
export const list = <V extends z.ZodType>(item: V, description?: string, meta?: FieldMeta) => described(z.array(item), description, meta);
/** A list replaced as a whole by whoever applies it. */
export const atomicList = <V extends z.ZodType>(item: V, description?: string, meta?: FieldMeta) =>
  tagged(z.array(item), { description, 'x-kubernetes-list-type': 'atomic', ...meta });
/** A list of distinct scalars. */
export const setList = <V extends z.ZodType>(item: V, description?: string, meta?: FieldMeta) =>
  tagged(z.array(item), { description, 'x-kubernetes-list-type': 'set', ...meta });
/** A list merged by key on server-side apply; and on strategic merge patch, unless `patch` is false, by `mergeKey` (the first key, if left out). */
export const listMap = <V extends z.ZodType>(
  item: V,
  keys: readonly string[],
  description?: string,
  meta?: FieldMeta & { readonly patch?: boolean; readonly mergeKey?: string },
) => {
  const { patch = true, mergeKey = keys[0] ?? '', ...rest } = meta ?? {};
  return tagged(z.array(item), {
    description,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...(patch ? { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': mergeKey } : {}),
    ...rest,
  });
};

/** A field that holds the named structure, described by what it is for here. */
export const ref = <S extends z.ZodType>(structure: S, description: string, meta?: FieldMeta): S =>
  tagged(structure.clone(), { description, target: structure, ...meta });

/** A named structure: what OpenAPI calls a definition, and Go a struct. */
export function struct<S extends z.ZodRawShape>(title: string, shape: S): z.ZodObject<S>;
export function struct<S extends z.ZodRawShape>(title: string, description: string, shape: S, meta?: FieldMeta): z.ZodObject<S>;
export function struct<S extends z.ZodRawShape>(title: string, second: string | S, shape?: S, meta?: FieldMeta): z.ZodObject<S> {
  if (typeof second !== 'string') return tagged(z.object(second), { title }) as z.ZodObject<S>;
  return tagged(z.object(shape), { title, description: second, ...meta }) as z.ZodObject<S>;
}

const API_VERSION = 'Group and version of the schema that this object is written in.';
const KIND = 'Name of the resource type that this object is of, in CamelCase.';

/** A structure that stands alone in a request: it has apiVersion and kind. */
export function topLevel<S extends z.ZodRawShape>(title: string, shape: S): ReturnType<typeof withType<S>>;
export function topLevel<S extends z.ZodRawShape>(title: string, description: string, shape: S): ReturnType<typeof withType<S>>;
export function topLevel<S extends z.ZodRawShape>(title: string, second: string | S, shape?: S) {
  return typeof second === 'string' ? withType(title, second, shape as S) : withType(title, '', second);
}

const withType = <S extends z.ZodRawShape>(title: string, description: string, shape: S) =>
  struct(title, description, { apiVersion: string(API_VERSION).optional(), kind: string(KIND).optional(), ...shape });
