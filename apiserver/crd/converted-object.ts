import type { KubeObject } from '../../api/meta/object.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { fieldErrorText } from '../../api/schema/field-error.ts';
import { rootPath } from '../../api/validation/field-path.ts';
import { checkAnnotations, checkLabels } from '../../api/validation/object-meta.ts';
import { goTypeOf } from '../../base/go-format.ts';
import { isObject } from '../../base/json.ts';

/** A converted object that breaks the rules; the message is upstream's. */
export class BadConversion extends Error {}

/** Splits `group/version`; the core group has no name. */
const splitVersion = (apiVersion: unknown): string => (typeof apiVersion === 'string' ? apiVersion : '');

/**
 * Checks an object that a webhook converted, and gives it the metadata of the original but for labels and annotations, which the webhook
 * may change (apiextensions-apiserver/pkg/apiserver/conversion, validateConvertedObject and restoreObjectMeta).
 * @throws BadConversion
 */
export function checkedConversion(original: KubeObject, converted: unknown, apiVersion: string): KubeObject {
  const invalid = (why: string) => new BadConversion(`returned invalid object at index 0: ${why}`);
  if (!isObject(converted)) throw invalid('it is no object');
  if (converted.apiVersion !== apiVersion) {
    throw invalid(`invalid groupVersion (expected ${apiVersion}, received ${splitVersion(converted.apiVersion)})`);
  }
  if (converted.kind !== original.kind) throw invalid(`invalid kind (expected ${original.kind}, received ${converted.kind ?? ''})`);
  const { metadata } = converted;
  const given = isObject(metadata) ? metadata : {};
  const before: Record<string, unknown> = { ...original.metadata };
  for (const [field, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [expected = '', actual = ''] = [before[field], given[field]];
    if (expected !== actual) throw new BadConversion(`returned invalid object: must have the same ${name}: ${expected} != ${actual}`);
  }
  return { ...converted, metadata: restoredMetadata(before, metadata) };
}

function restoredMetadata(original: Readonly<Record<string, unknown>>, converted: unknown): Record<string, unknown> {
  const invalid = (why: string) => new BadConversion(`returned invalid metadata: ${why}`);
  if (converted === undefined) throw invalid('missing metadata in converted object');
  if (!isObject(converted)) throw invalid(`invalid metadata of type ${goTypeOf(converted)} in converted object`);
  const restored: Record<string, unknown> = { ...original };
  for (const field of ['labels', 'annotations'] as const) {
    const next = converted[field];
    delete restored[field];
    if (next === undefined || next === null) continue;
    if (!isObject(next)) throw invalid(`invalid metadata.${field} of type ${goTypeOf(next)} in converted object`);
    const texts: Record<string, string> = {};
    for (const [key, value] of Object.entries(next)) {
      if (typeof value !== 'string') throw invalid(`metadata.${field}[${key}] must be a string, but is ${goTypeOf(value)} in converted object`);
      texts[key] = value;
    }
    const errors: FieldError[] = [];
    if (field === 'labels') checkLabels(errors, texts, rootPath('metadata'), 'labels');
    else checkAnnotations(errors, texts, rootPath('metadata'), 'annotation');
    if (errors.length > 0) throw invalid(errors.length === 1 ? errors.map(fieldErrorText).join() : `[${errors.map(fieldErrorText).join(', ')}]`);
    restored[field] = texts;
  }
  return restored;
}
