import { z } from 'zod';

/**
 * What a schema says beyond its shape, in the terms of Kubernetes' OpenAPI extensions
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
 */
export interface FieldMeta {
  readonly title?: string;
  readonly description?: string;
  readonly format?: 'int32' | 'int64' | 'double' | 'byte' | 'date-time' | 'date-time-micro' | 'int-or-string' | 'quantity';
  readonly default?: unknown;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-strategy'?: 'merge' | 'retainKeys' | 'merge,retainKeys' | 'replace';
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/** Metadata of every schema that carries some; read by the structural conversion. */
export const fieldMeta = z.registry<FieldMeta>();

export type Infer<S extends z.ZodType> = z.infer<S>;

function tagged<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  fieldMeta.add(schema, meta);
  return schema;
}

export const string = () => z.string();
export const boolean = () => z.boolean();
export const number = () => tagged(z.number(), { format: 'double' });
export const int32 = () => tagged(z.number(), { format: 'int32' });
export const int64 = () => tagged(z.number(), { format: 'int64' });
/** Base64 of the bytes. */
export const bytes = () => tagged(z.string(), { format: 'byte' });
/** RFC 3339 with seconds, as metav1.Time. */
export const time = () => tagged(z.string(), { format: 'date-time' });
/** RFC 3339 with microseconds, as metav1.MicroTime. */
export const microTime = () => tagged(z.string(), { format: 'date-time-micro' });
/** A resource.Quantity in its textual form; JSON numbers are accepted and made text on decoding. */
export const quantity = () => tagged(z.string(), { format: 'quantity' });
export const intOrString = () => tagged(z.union([z.number(), z.string()]), { format: 'int-or-string', 'x-kubernetes-int-or-string': true });
/** Any JSON value, kept as it is. */
export const anyValue = () => tagged(z.any(), { 'x-kubernetes-preserve-unknown-fields': true });
export const map = <V extends z.ZodType>(value: V) => z.record(z.string(), value);
export const list = <V extends z.ZodType>(item: V) => z.array(item);
/** A list merged by key on strategic merge patch and server-side apply. */
export const listMap = <V extends z.ZodType>(item: V, keys: readonly string[], mergeKey = keys[0]) =>
  tagged(z.array(item), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': mergeKey ?? '',
  });

/** A named structure: what OpenAPI calls a definition, and Go a struct. */
export const struct = <S extends z.ZodRawShape>(title: string, shape: S) => tagged(z.object(shape), { title });
/** A structure that stands alone in a request: it has apiVersion and kind. */
export const topLevel = <S extends z.ZodRawShape>(title: string, shape: S) =>
  struct(title, { apiVersion: string().optional(), kind: string().optional(), ...shape });
