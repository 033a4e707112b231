import { jsonTypeOf } from '../../base/go-json.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { KubeObject } from '../meta/object.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import { copy, decoderOf, MAX_DEPTH } from '../schema/decode.ts';
import { report } from '../schema/decode-report.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { structuralOf } from '../schema/structural.ts';

type Result =
  | { readonly ok: true; readonly object: KubeObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly message: string };

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

/**
 * Reads objects of a custom resource. Fields that the schema does not name are dropped, unless it preserves them; metadata is read as that of
 * built-in kinds. Types are not checked here: validation reports them, field by field.
 */
export function customDecoder(schema: StructuralSchema): (value: unknown) => Result {
  let metadata: StructuralSchema | undefined;
  return (value) => {
    if (!isObject(value)) return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type map[string]interface {}` };
    const unknownFields: string[] = [];
    const out: Record<string, unknown> = {};
    for (const key of ['apiVersion', 'kind']) {
      const text = value[key];
      if (typeof text === 'string') out[key] = text;
      else if (text !== undefined && text !== null) {
        return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(text)} into Go struct field .${key} of type string` };
      }
    }
    metadata ??= metadataSchema();
    const decoded = decodeMetadata(value.metadata, metadata, '', unknownFields);
    if (!decoded.ok) return decoded;
    out.metadata = decoded.metadata;
    for (const key of Object.keys(value)) {
      if (key === 'apiVersion' || key === 'kind' || key === 'metadata') continue;
      pruneField(out, key, value[key], schema, '', unknownFields, 0);
    }
    return { ok: true, object: out, unknownFields };
  };
}

function decodeMetadata(
  value: unknown,
  schema: StructuralSchema,
  path: string,
  unknown: string[],
): { ok: true; metadata: unknown } | { ok: false; message: string } {
  const state = { failed: false, unknown: false };
  const wrapped = { metadata: value ?? {} };
  const decoded = decoderOf(schema)(wrapped, state);
  if (state.failed || state.unknown) {
    const { problem, unknownFields } = report(wrapped, schema);
    if (state.failed) return { ok: false, message: problem ?? 'metadata cannot be read' };
    for (const field of unknownFields) unknown.push(`${path}${field}`);
  }
  return { ok: true, metadata: isObject(decoded) ? decoded.metadata : {} };
}

/** Copies the value without fields that the schema does not name. `path` ends in a dot, or is empty. */
function pruneField(
  out: Record<string, unknown>,
  key: string,
  value: unknown,
  schema: StructuralSchema,
  path: string,
  unknown: string[],
  depth: number,
): void {
  const field = schema.properties?.get(key)?.schema;
  const others = schema.additionalProperties;
  const of = field ?? (typeof others === 'object' ? others : undefined);
  if (of) setOwn(out, key, prune(value, of, `${path}${key}`, unknown, depth + 1));
  else if (others === true || schema['x-kubernetes-preserve-unknown-fields']) setOwn(out, key, copy(value, depth + 1));
  else unknown.push(`${path}${key}`);
}

function prune(value: unknown, schema: StructuralSchema, path: string, unknown: string[], depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item, i) => prune(item, items, `${path}[${i}]`, unknown, depth + 1)) : copy(value, depth);
  }
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (schema['x-kubernetes-embedded-resource'] && embedded(out, key, value[key], path, unknown)) continue;
    pruneField(out, key, value[key], schema, path === '' ? '' : `${path}.`, unknown, depth);
  }
  return out;
}

/** apiVersion, kind and metadata of an embedded resource are known without being named. Unreadable metadata is kept for validation to report. */
function embedded(out: Record<string, unknown>, key: string, value: unknown, path: string, unknown: string[]): boolean {
  if (key === 'apiVersion' || key === 'kind') {
    out[key] = copy(value);
    return true;
  }
  if (key !== 'metadata') return false;
  const decoded = decodeMetadata(value, metadataSchema(), `${path}.`, unknown);
  out.metadata = decoded.ok ? decoded.metadata : copy(value);
  return true;
}
