import { jsonTypeOf } from '../../base/go-json.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { KubeObject } from '../meta/object.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import { copy, decoderOf, MAX_DEPTH } from '../schema/decode.ts';
import { report } from '../schema/decode-report.ts';
import { fieldErrorText, invalid } from '../schema/field-error.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { structuralOf } from '../schema/structural.ts';

export type CustomResult =
  | { readonly ok: true; readonly object: KubeObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Reads objects of a custom resource by its schema. */
export interface CustomReader {
  /**
   * Reads what a client sent. Fields that the schema does not name are dropped, unless it preserves them, and so are nulls in fields that are
   * neither nullable nor have a default. Metadata is read as that of built-in kinds. Types are not checked here: validation reports them.
   */
  decode(value: unknown): CustomResult;
  /** Reads an object that may have been stored under another schema; metadata of embedded resources loses what cannot be read. */
  read(object: KubeObject): KubeObject;
}

/** Ends the reading of an object whose embedded resources have no readable metadata. */
class Unreadable extends Error {}

interface Walk {
  /** Fields that were dropped: of metadata at the root, of the object, and of metadata in embedded resources. */
  readonly unknown: string[];
  readonly unknownMetadata: string[];
  /** Whether unreadable metadata is dropped instead of refused. */
  readonly isLenient: boolean;
}

/** The schema of metadata, which is read as for built-in kinds, at the root and in embedded resources. */
const metadataSchema = (): StructuralSchema => {
  const { properties } = structuralOf(ObjectMeta);
  // The structure around it makes errors and unknown fields begin with `metadata`.
  return {
    type: 'object',
    title: 'ObjectMeta',
    properties: new Map([['metadata', { name: 'metadata', required: false, schema: { type: 'object', title: 'ObjectMeta', properties } }]]),
  };
};
let metadataOnce: StructuralSchema | undefined;

export function customReader(schema: StructuralSchema): CustomReader {
  return {
    decode(value) {
      if (!isObject(value))
        return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type map[string]interface {}` };
      const out: Record<string, unknown> = {};
      for (const key of ['apiVersion', 'kind']) {
        const text = value[key];
        if (typeof text === 'string') out[key] = text;
        else if (text !== undefined && text !== null) {
          return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(text)} into Go struct field .${key} of type string` };
        }
      }
      const own: string[] = [];
      const decoded = decodeMetadata(value.metadata, '', own);
      if (!decoded.ok) return decoded;
      out.metadata = decoded.metadata;
      const walk: Walk = { unknown: [], unknownMetadata: [], isLenient: false };
      try {
        pruneFields(out, value, schema, walk);
      } catch (error) {
        if (error instanceof Unreadable) return { ok: false, message: error.message };
        throw error;
      }
      const { unknown, unknownMetadata } = walk;
      if (unknown.length === 0 && unknownMetadata.length === 0) return { ok: true, object: out, unknownFields: own };
      return { ok: true, object: out, unknownFields: [...own, ...unknown.sort(), ...unknownMetadata.sort()] };
    },
    read(object) {
      const { apiVersion, kind, metadata } = object;
      const out: Record<string, unknown> = { kind, apiVersion, metadata };
      pruneFields(out, { ...object }, schema, { unknown: [], unknownMetadata: [], isLenient: true });
      return out;
    },
  };
}

/** Prunes the fields at the root, other than those of type and metadata. */
function pruneFields(out: Record<string, unknown>, value: Readonly<Record<string, unknown>>, schema: StructuralSchema, walk: Walk): void {
  for (const key of Object.keys(value)) {
    if (key !== 'apiVersion' && key !== 'kind' && key !== 'metadata') pruneField(out, key, value[key], schema, '', walk, 0);
  }
}

/** Words a fault of the structure around metadata as one of metadata itself. */
const ofMetadata = (problem: string): string =>
  problem.replace(' ObjectMeta.metadata.', ' ObjectMeta.').replace(' Go struct field ObjectMeta.metadata of type', ' Go value of type');

type Metadata = { ok: true; metadata: Record<string, unknown> } | { ok: false; message: string };

function decodeMetadata(value: unknown, prefix: string, unknown: string[]): Metadata {
  const state = { failed: false, unknown: false };
  const wrapped = { metadata: value ?? {} };
  metadataOnce ??= metadataSchema();
  const decoded = decoderOf(metadataOnce)(wrapped, state);
  if (state.failed || state.unknown) {
    const { problem, unknownFields } = report(wrapped, metadataOnce);
    if (state.failed) return { ok: false, message: ofMetadata(problem ?? 'metadata cannot be read') };
    for (const field of unknownFields) unknown.push(`${prefix}${field}`);
  }
  const metadata = isObject(decoded) ? decoded.metadata : undefined;
  return { ok: true, metadata: isObject(metadata) ? metadata : {} };
}

/** Copies a field, unless it is dropped. `prefix` is the path of the object and a dot, or empty at the root. */
function pruneField(
  out: Record<string, unknown>,
  key: string,
  value: unknown,
  schema: StructuralSchema,
  prefix: string,
  walk: Walk,
  depth: number,
): void {
  const others = schema.additionalProperties;
  const named = schema.properties?.get(key)?.schema;
  const field = named ?? (typeof others === 'object' ? others : undefined);
  if (field) {
    if (value === null && !field.nullable && field.default === undefined) return;
    setOwn(out, key, prune(value, field, `${prefix}${key}`, walk, depth + 1));
  } else if (others !== undefined) setOwn(out, key, prune(value, undefined, `${prefix}${key}`, walk, depth + 1));
  else if (schema['x-kubernetes-preserve-unknown-fields']) setOwn(out, key, copy(value, depth + 1));
  else walk.unknown.push(`${prefix}${key}`);
}

/** Copies a value without unknown fields; all fields are unknown if there is no schema. */
function prune(value: unknown, schema: StructuralSchema | undefined, path: string, walk: Walk, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  if (Array.isArray(value)) {
    const items = schema?.items ?? (schema?.['x-kubernetes-preserve-unknown-fields'] ? schema : undefined);
    // Fields that a schema does not name are kept as they are if it preserves unknown fields.
    if (schema && items === schema) return copy(value, depth);
    const out = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) out[i] = prune(value[i], items, `${path}[${i}]`, walk, depth + 1);
    return out;
  }
  const out: Record<string, unknown> = {};
  const prefix = `${path}.`;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields)) {
    if (!schema) walk.unknown.push(`${prefix}${key}`);
    else if (!schema['x-kubernetes-embedded-resource'] || !embedded(out, key, fields[key], prefix, walk)) {
      pruneField(out, key, fields[key], schema, prefix, walk, depth);
    }
  }
  return out;
}

/** apiVersion, kind and metadata of an embedded resource are known without being named. */
function embedded(out: Record<string, unknown>, key: string, value: unknown, prefix: string, walk: Walk): boolean {
  if (key === 'apiVersion' || key === 'kind') {
    if (typeof value === 'string') out[key] = value;
    else if (!walk.isLenient) throw new Unreadable(fieldErrorText(invalid(`${prefix}${key}`, value, 'must be a string')));
    return true;
  }
  if (key !== 'metadata') return false;
  const decoded = decodeMetadata(value, prefix, walk.unknownMetadata);
  if (decoded.ok) out.metadata = decoded.metadata;
  else if (!walk.isLenient) throw new Unreadable(fieldErrorText(invalid(`${prefix}metadata`, value, decoded.message)));
  else out.metadata = readableMetadata(value);
  return true;
}

/** Returns the fields of metadata that can be read, each by itself. */
function readableMetadata(value: unknown): unknown {
  if (!isObject(value)) return copy(value);
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const decoded = decodeMetadata({ [key]: value[key] }, '', []);
    if (decoded.ok) Object.assign(out, decoded.metadata);
  }
  return out;
}
