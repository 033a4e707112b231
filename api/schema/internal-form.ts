import { isObject } from '../../base/json.ts';
import type { Property, StructuralSchema } from './structural.ts';

/** Names of Go that are not the JSON name with a capital. */
const ACRONYMS: Readonly<Record<string, string>> = { cel: 'CEL', ip: 'IP', uid: 'UID' };

const goName = (name: string): string => ACRONYMS[name] ?? name.charAt(0).toUpperCase() + name.slice(1);

const placeOf = ({ tag }: Property): number => (typeof tag === 'number' ? tag : (tag?.[0] ?? 0));

/**
 * Returns a value as upstream's errors show structures: in the JSON of Go's internal types, whose fields have no JSON names, stand in the order
 * of their Protobuf numbers, and are never left out. For groups whose internal types look like those of the API.
 */
export function internalForm(value: unknown, schema: StructuralSchema): unknown {
  if (schema.properties) {
    const fields = isObject(value) ? value : {};
    const ordered = [...schema.properties.values()].sort((a, b) => placeOf(a) - placeOf(b));
    return Object.fromEntries(ordered.map((property) => [goName(property.name), fieldForm(fields[property.name], property)]));
  }
  const { items } = schema;
  if (items && Array.isArray(value)) return value.map((item) => internalForm(item, items));
  return value;
}

function fieldForm(value: unknown, { presence, schema }: Property): unknown {
  if (value !== undefined && value !== null) return internalForm(value, schema);
  if (presence === 'pointer' || presence === 'null') return null;
  switch (schema.format === 'quantity' || schema.format === 'int-or-string' ? undefined : schema.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
      return schema.properties ? internalForm({}, schema) : null;
    default:
      return null;
  }
}
