import { isObject, own } from '../../../../base/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { MAX_WHOLE_LIST_ERRORS } from '../../../validation/list-rules.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

const ATOMIC = 'must be atomic as item of a list with x-kubernetes-list-type=set';

const singleItems = ({ items }: JSONSchemaProps): JSONSchemaProps | undefined => (isObject(items) ? items : undefined);

/** Reports a type other than that of the values which an extension is about. */
function checkOwnType(schema: JSONSchemaProps, type: string, extension: string, path: string, errors: FieldError[]): void {
  if (schema.type === type) return;
  const detail = `must be ${type} if ${extension} is specified`;
  errors.push(schema.type ? invalid(`${path}.type`, schema.type, detail) : required(`${path}.type`, detail));
}

/** Checks x-kubernetes-map-type, x-kubernetes-list-type and x-kubernetes-list-map-keys. */
export function checkMergeTypes(schema: JSONSchemaProps, path: string, requireAtomicSets: boolean, errors: FieldError[]): void {
  const mapType = schema['x-kubernetes-map-type'];
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (mapType !== undefined) {
    checkOwnType(schema, 'object', 'x-kubernetes-map-type', path, errors);
    if (mapType !== 'atomic' && mapType !== 'granular') errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  if (listType !== undefined && schema.type !== 'array') checkOwnType(schema, 'array', 'x-kubernetes-list-type', path, errors);
  else if (requireAtomicSets && hasOpenSet(schema)) checkSetItems(schema, path, errors);
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(
      listType === undefined ? required(`${path}.x-kubernetes-list-type`, detail) : invalid(`${path}.x-kubernetes-list-type`, listType, detail),
    );
  }
  if (listType === 'map') checkMapList(schema, keys, path, errors);
}

/** Whether the items of a set are objects or lists that are merged, and not compared as wholes. */
export function hasOpenSet(schema: JSONSchemaProps): boolean {
  const items = singleItems(schema);
  if (schema['x-kubernetes-list-type'] !== 'set' || !items) return false;
  if (items.type === 'array') return items['x-kubernetes-list-type'] !== undefined && items['x-kubernetes-list-type'] !== 'atomic';
  return items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic';
}

function checkSetItems({ items }: JSONSchemaProps, path: string, errors: FieldError[]): void {
  // Upstream shows the list type in both errors.
  const extension = items?.type === 'array' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type';
  errors.push(invalid(`${path}.items.${extension}`, items?.['x-kubernetes-list-type'], ATOMIC));
}

function checkMapList(schema: JSONSchemaProps, keys: readonly string[], path: string, errors: FieldError[]): void {
  if (keys.length === 0) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  const items = singleItems(schema);
  if (!items) {
    const at = `${path}.items`;
    if (schema.items === undefined) errors.push(required(at, 'must have a schema if x-kubernetes-list-type is map'));
    else errors.push(invalid(at, { Schema: null, JSONSchemas: [] }, 'must only have a single schema if x-kubernetes-list-type is map'));
    return;
  }
  if (items.type !== 'object') {
    errors.push(invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"));
    return;
  }
  const seen = new Set<string>();
  let reported = 0;
  for (const key of keys) {
    const property = own(items.properties, key);
    // Errors with all keys in them are bounded.
    if (!property && reported++ < MAX_WHOLE_LIST_ERRORS) {
      errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'));
    }
    if (property?.type === 'array' || property?.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, detail));
    }
    if (seen.has(key) && reported++ < MAX_WHOLE_LIST_ERRORS) {
      errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries'));
    }
    seen.add(key);
  }
}

/** Checks that the keys of map lists are always there, and that items of sets and map lists are not null. */
export function checkKeys(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const items = singleItems(schema);
  const listType = schema['x-kubernetes-list-type'];
  if (!items || (listType !== 'set' && listType !== 'map')) return;
  if (items.nullable) errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  if (listType === 'set') return;
  const needed = new Set(items.required);
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = own(items.properties, key);
    if (!property) continue;
    const at = `${path}.items.properties[${key}]`;
    if (!needed.has(key) && property.default === undefined) {
      errors.push(required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
    if (property.nullable) {
      errors.push(forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
    }
  }
}

/** Whether the keys of a map list may be missing. */
export function hasOpenMapKeys(schema: JSONSchemaProps): boolean {
  const errors: FieldError[] = [];
  checkKeys(schema, '', errors);
  return errors.length > 0;
}
