import { jsonTypeOf } from '../../base/go-json.ts';
import { isLong, markAs, markLong, parsedKeys } from '../../base/json/long-values.ts';
import { isObject, setOwn } from '../../base/json.ts';
import { compareTexts, sortSteps } from '../../base/sort-steps.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { KubeObject } from '../meta/object.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { DecodeState } from '../schema/decode.ts';
import { copy, decoderOf, MAX_DEPTH } from '../schema/decode.ts';
import type { DecodeReport } from '../schema/decode-report.ts';
import { report } from '../schema/decode-report.ts';
import { copySteps, decodeSteps, endsStep } from '../schema/decode-steps.ts';
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
  /** Reads a long value with pauses; the result is the same. */
  decodeSteps(value: unknown): Steps<CustomResult>;
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
      const typed = withType(value);
      if (!typed.ok) return typed;
      const own: string[] = [];
      const decoded = decodeMetadata(typed.fields.metadata, '', own);
      if (!decoded.ok) return decoded;
      typed.object.metadata = decoded.metadata;
      const walk: Walk = { unknown: [], unknownMetadata: [], isLenient: false };
      try {
        pruneFields(typed.object, typed.fields, schema, walk);
      } catch (error) {
        return unreadable(error);
      }
      return { ok: true, object: typed.object, unknownFields: unknownOf(own, walk) };
    },
    *decodeSteps(value) {
      const typed = withType(value);
      if (!typed.ok) return typed;
      const own: string[] = [];
      const decoded = yield* metadataSteps(typed.fields.metadata, '', own);
      if (!decoded.ok) return decoded;
      typed.object.metadata = decoded.metadata;
      const walk: Walk = { unknown: [], unknownMetadata: [], isLenient: false };
      try {
        yield* pruneFieldSteps(typed.object, typed.fields, schema, '', walk, 0);
      } catch (error) {
        return unreadable(error);
      }
      return { ok: true, object: typed.object, unknownFields: yield* unknownSteps(own, walk) };
    },
    read(object) {
      const { apiVersion, kind, metadata } = object;
      const out: Record<string, unknown> = { kind, apiVersion, metadata };
      pruneFields(out, { ...object }, schema, { unknown: [], unknownMetadata: [], isLenient: true });
      return out;
    },
  };
}

type Typed =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>>; readonly object: Record<string, unknown> }
  | { readonly ok: false; readonly message: string };

/** Begins an object with the type of the value. */
function withType(value: unknown): Typed {
  if (!isObject(value)) return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type map[string]interface {}` };
  const object: Record<string, unknown> = markAs({}, value);
  for (const key of ['apiVersion', 'kind']) {
    const text = value[key];
    if (typeof text === 'string') object[key] = text;
    else if (text !== undefined && text !== null) {
      return { ok: false, message: `json: cannot unmarshal ${jsonTypeOf(text)} into Go struct field .${key} of type string` };
    }
  }
  return { ok: true, fields: value, object };
}

/** The outcome for an object that ended the walk. @throws whatever else it is given. */
function unreadable(error: unknown): CustomResult {
  if (error instanceof Unreadable) return { ok: false, message: error.message };
  throw error;
}

const unknownOf = (own: readonly string[], { unknown, unknownMetadata }: Walk): readonly string[] =>
  unknown.length === 0 && unknownMetadata.length === 0 ? own : [...own, ...unknown.sort(), ...unknownMetadata.sort()];

function* unknownSteps(own: readonly string[], { unknown, unknownMetadata }: Walk): Steps<readonly string[]> {
  const fields = yield* sortSteps(unknown, compareTexts);
  const ofMetadata = yield* sortSteps(unknownMetadata, compareTexts);
  return own.concat(fields, ofMetadata);
}

/** Prunes the fields at the root, other than those of type and metadata. */
function pruneFields(out: Record<string, unknown>, value: Readonly<Record<string, unknown>>, schema: StructuralSchema, walk: Walk): void {
  for (const key of Object.keys(value)) if (!isOfType(key)) pruneField(out, key, value[key], schema, '', walk, 0);
}

/** Whether a field at the root is one of type or metadata, which are read before the others. */
const isOfType = (key: string): boolean => key === 'apiVersion' || key === 'kind' || key === 'metadata';

/** Words a fault of the structure around metadata as one of metadata itself. */
const ofMetadata = (problem: string): string =>
  problem.replace(' ObjectMeta.metadata.', ' ObjectMeta.').replace(' Go struct field ObjectMeta.metadata of type', ' Go value of type');

type Metadata = { ok: true; metadata: Record<string, unknown> } | { ok: false; message: string };

function decodeMetadata(value: unknown, prefix: string, unknown: string[]): Metadata {
  const state = { failed: false, unknown: false };
  const wrapped = { metadata: value ?? {} };
  metadataOnce ??= metadataSchema();
  const decoded = decoderOf(metadataOnce)(wrapped, state);
  if (state.failed || state.unknown) return metadataOutcome(decoded, state, finished(report(wrapped, metadataOnce, !state.failed)), prefix, unknown);
  return metadataOutcome(decoded, state, undefined, prefix, unknown);
}

function* metadataSteps(value: unknown, prefix: string, unknown: string[]): Steps<Metadata> {
  const state = { failed: false, unknown: false };
  const wrapped = markAs({ metadata: value ?? {} }, value);
  metadataOnce ??= metadataSchema();
  const decoded = yield* decodeSteps(wrapped, metadataOnce, state);
  const found = state.failed || state.unknown ? yield* report(wrapped, metadataOnce, !state.failed) : undefined;
  return metadataOutcome(decoded, state, found, prefix, unknown);
}

/** `found` are the faults, if there are any. */
function metadataOutcome(decoded: unknown, { failed }: DecodeState, found: DecodeReport | undefined, prefix: string, unknown: string[]): Metadata {
  if (failed) return { ok: false, message: ofMetadata(found?.problem ?? 'metadata cannot be read') };
  for (const field of found?.unknownFields ?? []) unknown.push(`${prefix}${field}`);
  const metadata = isObject(decoded) ? decoded.metadata : undefined;
  return { ok: true, metadata: isObject(metadata) ? metadata : {} };
}

/** The rule for a field: its schema, `any` for a field of any form, `whole` for one that is kept with all below it. */
function ruleFor(key: string, schema: StructuralSchema): StructuralSchema | 'any' | 'whole' | 'unknown' {
  const others = schema.additionalProperties;
  const field = schema.properties?.get(key)?.schema ?? (typeof others === 'object' ? others : undefined);
  if (field) return field;
  if (others !== undefined) return 'any';
  return schema['x-kubernetes-preserve-unknown-fields'] ? 'whole' : 'unknown';
}

const dropsNull = (field: StructuralSchema): boolean => !field.nullable && field.default === undefined;

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
  const rule = ruleFor(key, schema);
  if (rule === 'unknown') walk.unknown.push(`${prefix}${key}`);
  else if (rule === 'whole') setOwn(out, key, copy(value, depth + 1));
  else if (rule === 'any') setOwn(out, key, prune(value, undefined, `${prefix}${key}`, walk, depth + 1));
  else if (value !== null || !dropsNull(rule)) setOwn(out, key, prune(value, rule, `${prefix}${key}`, walk, depth + 1));
}

/** Copies the fields of an object as `pruneField` does, with pauses. */
function* pruneFieldSteps(
  out: Record<string, unknown>,
  fields: Readonly<Record<string, unknown>>,
  schema: StructuralSchema,
  prefix: string,
  walk: Walk,
  depth: number,
): Steps<void> {
  let count = 0;
  for (const key of parsedKeys.of(fields)) {
    if (prefix === '' && isOfType(key)) continue;
    const value = fields[key];
    if (endsStep(value, ++count)) yield;
    if (schema['x-kubernetes-embedded-resource'] && embedded(out, key, value, prefix, walk)) continue;
    const rule = isLong(value) ? ruleFor(key, schema) : 'unknown';
    if (rule === 'unknown') pruneField(out, key, value, schema, prefix, walk, depth);
    else if (rule === 'whole') setOwn(out, key, yield* copySteps(value));
    else setOwn(out, key, yield* pruneSteps(value, rule === 'any' ? undefined : rule, `${prefix}${key}`, walk, depth + 1));
  }
}

/** Copies a value as `prune` does, with pauses. */
function* pruneSteps(value: unknown, schema: StructuralSchema | undefined, path: string, walk: Walk, depth: number): Steps<unknown> {
  if (!isLong(value)) return prune(value, schema, path, walk, depth);
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  if (Array.isArray(value)) {
    const items = itemRule(schema);
    if (schema && items === schema) return yield* copySteps(value);
    const out: unknown[] = markLong([]);
    for (const item of value) {
      const at = `${path}[${out.length}]`;
      out.push(isLong(item) ? yield* pruneSteps(item, items, at, walk, depth + 1) : prune(item, items, at, walk, depth + 1));
      if (endsStep(item, out.length)) yield;
    }
    return out;
  }
  const out: Record<string, unknown> = markLong({});
  if (isObject(value)) yield* pruneFieldSteps(out, value, schema ?? NAMELESS, `${path}.`, walk, depth);
  return out;
}

/** The schema of an object none of whose fields are known. */
const NAMELESS: StructuralSchema = { type: 'object' };

/** Returns the schema of the items of a list: that of the list itself if it keeps unknown fields as they are. */
const itemRule = (schema: StructuralSchema | undefined): StructuralSchema | undefined =>
  schema?.items ?? (schema?.['x-kubernetes-preserve-unknown-fields'] ? schema : undefined);

/** Copies a value without unknown fields; all fields are unknown if there is no schema. */
function prune(value: unknown, schema: StructuralSchema | undefined, path: string, walk: Walk, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new RangeError('exceeded max depth');
  if (Array.isArray(value)) {
    const items = itemRule(schema);
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
