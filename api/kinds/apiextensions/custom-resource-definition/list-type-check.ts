import { own } from '../../../../base/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { MAX_WHOLE_LIST_ERRORS } from '../../../validation/list-rules.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** Adds `Required` if a type is missing, `Invalid` if it is another one. */
function mustBe(type: string | undefined, path: string, detail: string): FieldError {
  return type ? invalid(path, type, detail) : required(path, detail);
}

const SCALARS = ['string', 'integer', 'number', 'boolean'];

/** The rules of x-kubernetes-list-type and x-kubernetes-list-map-keys. */
export function checkListType(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType !== undefined) {
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
    }
    if (schema.type !== 'array') errors.push(mustBe(schema.type, `${path}.type`, 'must be array if x-kubernetes-list-type is specified'));
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(at, detail) : invalid(at, listType, detail));
  }
  if (listType === 'map') checkKeys(schema, keys, path, errors);
  if (listType === 'set' && schema.items) checkSetItems(schema.items, `${path}.items`, errors);
}

function checkKeys({ items }: JSONSchemaProps, keys: readonly string[], path: string, errors: FieldError[]): void {
  if (keys.length === 0) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) {
    errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    return;
  }
  if (items.type !== 'object') {
    errors.push(mustBe(items.type, `${path}.items.type`, "must be object if parent array's x-kubernetes-list-type is map"));
  }
  if (items.nullable) errors.push(forbidden(`${path}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is map'));
  const needed = new Set(items.required);
  let strangers = 0;
  for (const key of keys) {
    const property = own(items.properties, key);
    const at = `${path}.items.properties[${key}]`;
    if (!property) {
      // The same error for each key, with all keys in it: not without end.
      if (++strangers <= MAX_WHOLE_LIST_ERRORS)
        errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'));
      continue;
    }
    if (property.type && ['array', 'object'].includes(property.type)) {
      errors.push(invalid(`${at}.type`, property.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    }
    if (property.default === undefined && !needed.has(key)) {
      errors.push(required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
  }
  if (new Set(keys).size < keys.length) errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries'));
}

/** Items of a set are compared as wholes: scalars, or objects and lists that are atomic. */
function checkSetItems(items: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (items.nullable) errors.push(forbidden(`${path}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'));
  if (items.type === undefined || SCALARS.includes(items.type)) return;
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    const mapType = items['x-kubernetes-map-type'];
    errors.push(mustBe(mapType, `${path}.x-kubernetes-map-type`, detail));
  }
  if (items.type === 'array') {
    const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    const listType = items['x-kubernetes-list-type'];
    if (listType !== undefined && listType !== 'atomic') errors.push(invalid(`${path}.x-kubernetes-list-type`, listType, detail));
  }
}

/** The rules of x-kubernetes-map-type. */
export function checkMapType(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  if (mapType !== 'granular' && mapType !== 'atomic') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['granular', 'atomic']));
  }
  if (schema.type !== 'object') errors.push(mustBe(schema.type, `${path}.type`, 'must be object if x-kubernetes-map-type is specified'));
}
