import { jsonTypeOf } from '../../../base/go-json.ts';
import { isObject } from '../../../base/json.ts';
import type { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { StructuralSchema } from '../../schema/structural.ts';
import { dns1035LabelFaults, pathSegmentName } from '../../validation/name-rules.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';

/** Reports the faults of type and metadata of embedded resources. */
export type EmbeddedResourceCheck = (value: unknown, path: string, errors: FieldError[]) => void;

const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Makes the check of a schema; undefined if it embeds no resource (pkg/apiserver/schema/objectmeta of apiextensions-apiserver). */
export function embeddedResourceCheck(schema: StructuralSchema): EmbeddedResourceCheck | undefined {
  const isResource = schema['x-kubernetes-embedded-resource'] === true;
  const items = schema.items && embeddedResourceCheck(schema.items);
  const others = typeof schema.additionalProperties === 'object' ? embeddedResourceCheck(schema.additionalProperties) : undefined;
  const fields = new Map<string, EmbeddedResourceCheck>();
  for (const { name, schema: field } of schema.properties?.values() ?? []) {
    const check = embeddedResourceCheck(field);
    if (check) fields.set(name, check);
  }
  if (!isResource && !items && !others && fields.size === 0) return undefined;
  return (value, path, errors) => {
    if (Array.isArray(value)) {
      if (items) for (const [i, item] of value.entries()) items(item, `${path}[${i}]`, errors);
      return;
    }
    if (!isObject(value)) return;
    if (isResource) checkEmbeddedResource(value, path, errors);
    for (const key of Object.keys(value)) {
      const check = fields.get(key);
      if (check) check(value[key], childPath(path, key), errors);
      else if (!schema.properties?.has(key)) others?.(value[key], `${path}[${key}]`, errors);
    }
  };
}

/** Reports the faults of one resource that stands within another. */
export function checkEmbeddedResource(value: Readonly<Record<string, unknown>>, path: string, errors: FieldError[]): void {
  for (const key of ['apiVersion', 'kind']) if (!Object.hasOwn(value, key)) errors.push(required(childPath(path, key)));
  for (const key of Object.keys(value)) {
    const at = childPath(path, key);
    if (key === 'apiVersion') checkText(value[key], at, apiVersionFaults, errors);
    else if (key === 'kind') checkText(value[key], at, kindFaults, errors);
    else if (key === 'metadata') checkMetadata(value[key], at, errors);
  }
}

function checkText(value: unknown, field: string, faultsOf: (text: string) => readonly string[], errors: FieldError[]): void {
  if (typeof value !== 'string') errors.push(invalid(field, value, 'must be a string'));
  else if (value === '') errors.push(invalid(field, value, 'must not be empty'));
  else for (const fault of faultsOf(value)) errors.push(invalid(field, value, fault));
}

const apiVersionFaults = (text: string): readonly string[] => (text.split('/').length > 2 ? [`unexpected GroupVersion string: ${text}`] : []);

function kindFaults(text: string): readonly string[] {
  const faults = dns1035LabelFaults(text.toLowerCase());
  return faults.length === 0 ? [] : [`may have mixed case, but should otherwise match: ${faults.join(',')}`];
}

function checkMetadata(value: unknown, field: string, errors: FieldError[]): void {
  if (!isObject(value)) {
    errors.push(invalid(field, value, `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type v1.ObjectMeta`));
    return;
  }
  // It has been read as metadata before.
  const meta: ObjectMeta = { ...value };
  // A template may have no name.
  if (!meta.name) meta.name = 'fakename';
  for (const error of validateObjectMeta(meta, { namespaced: Boolean(meta.namespace), validateName: pathSegmentName }, field)) errors.push(error);
}
