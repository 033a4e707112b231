import { isObject, own } from '../../../../base/json.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** A path of fields that a schema names, as selectable fields and rules write it: `.spec.color` or `.spec['my-field']`. */
export type FieldPathResult =
  | { readonly ok: true; readonly schema: JSONSchemaProps; readonly path: string }
  | { readonly ok: false; readonly fault: string };

const TOKEN = /'(?:[^'\\]|\\.|\\$)*'|[.[\]]|[^.[\]]+/gy;

const refused = (fault: string): FieldPathResult => ({ ok: false, fault });
const NO_FIELD = refused('does not refer to a valid field');
const ENDS = refused('unexpected end of JSON path');

/** Finds the schema at a path (ValidFieldPath in pkg/apiserver/schema/cel of apiextensions-apiserver). */
export function fieldAtPath(jsonPath: string, root: JSONSchemaProps, allowArrayNotation = true): FieldPathResult {
  const tokens = jsonPath.match(TOKEN) ?? [];
  let schema = root;
  let path = '';
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at++] ?? '';
    if (token !== '.' && token !== '[') return refused(`expected [ or . but got: ${token}`);
    if (token === '[' && !allowArrayNotation) return refused('array notation is not allowed');
    let name = tokens[at++];
    if (name === undefined) return ENDS;
    if (token === '[') {
      if (name.length < 2 || !name.startsWith("'") || !name.endsWith("'")) return refused(`expected single quoted string but got ${name}`);
      name = name.slice(1, -1).replace(/\\(.)/g, '$1');
    }
    const { properties, additionalProperties: others } = schema;
    if (properties && Object.keys(properties).length > 0) {
      const field = own(properties, name);
      if (!field) return NO_FIELD;
      schema = field;
      path += path === '' ? name : `.${name}`;
    } else if (isObject(others)) {
      schema = others;
      path += `[${name}]`;
    } else return NO_FIELD;
    if (token !== '[') continue;
    const end = tokens[at++];
    if (end === undefined) return ENDS;
    if (end !== ']') return refused(`expected ] but got ${end}`);
  }
  return { ok: true, schema, path };
}
