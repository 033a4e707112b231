import type { KubeObject } from '../../api/meta/object.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { markAs } from '../../base/json/long-values.ts';
import { canonicalJson, isObject } from '../../base/json.ts';
import type { JsonObject } from '../patch/merge-patch.ts';
import type { FieldSet } from './field-set.ts';
import { difference, LEAF, union } from './field-set.ts';
import { compareFields, fieldsOf } from './field-walk.ts';

/** The annotation in which kubectl's client-side apply keeps the configuration that it applied last. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The manager of kubectl's server-side apply, which keeps the annotation up to date. */
const KUBECTL = 'kubectl';
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

const annotationsOf = (object: unknown): Readonly<Record<string, unknown>> | undefined => {
  const metadata = isObject(object) ? object.metadata : undefined;
  return isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : undefined;
};

const lastAppliedOf = (object: unknown): string => {
  const text = annotationsOf(object)?.[LAST_APPLIED];
  return typeof text === 'string' ? text : '';
};

/**
 * Returns an object after kubectl's server-side apply: a configuration kept by client-side apply becomes the one applied now, so that the next
 * client-side apply removes what is no longer wanted (managedfields/internal/lastappliedupdater.go of apimachinery).
 */
export function withLastApplied(object: unknown, configuration: JsonObject, manager: string): unknown {
  const annotations = annotationsOf(object);
  if (manager !== KUBECTL || !annotations || !isObject(object) || lastAppliedOf(object) === '') return object;
  const next: Record<string, unknown> = { ...annotations, [LAST_APPLIED]: textOf(configuration) };
  const bytes = Object.entries(next).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)), 0);
  if (bytes > MAX_ANNOTATIONS_BYTES) delete next[LAST_APPLIED];
  const metadata = markAs({ ...(isObject(object.metadata) ? object.metadata : {}), annotations: next }, object.metadata);
  return markAs({ ...object, metadata }, object);
}

/** Writes a configuration as kubectl does, without the annotation itself. */
function textOf(configuration: JsonObject): string {
  const metadata = isObject(configuration.metadata) ? configuration.metadata : {};
  const { [LAST_APPLIED]: _own, ...annotations } = annotationsOf(configuration) ?? {};
  const rest = metadata.annotations === undefined ? metadata : { ...metadata, annotations };
  return `${canonicalJson({ ...configuration, metadata: rest })}\n`;
}

/**
 * Returns the fields that client-side apply set to what they are: kubectl's server-side apply takes them over without a conflict. Undefined if
 * there are none.
 */
export function ownedByClientSideApply(live: KubeObject, schema: StructuralSchema, apiVersion: string, manager: string): FieldSet | undefined {
  const text = lastAppliedOf(live);
  if (manager !== KUBECTL || text === '') return undefined;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(applied) || applied.apiVersion !== apiVersion) return undefined;
  const { changed, removed } = compareFields(applied, { ...live }, schema);
  const owned = difference(fieldsOf(applied, schema, true), union(changed, removed));
  return owned && union(owned, { 'f:metadata': { 'f:annotations': { [`f:${LAST_APPLIED}`]: LEAF } } });
}
