import { isObject, own } from '../../../base/json.ts';

/** The parts of a schema that paths of fields go by. */
export interface PathSchema<S> {
  readonly properties?: Readonly<Record<string, S>> | undefined;
  readonly additionalProperties?: S | boolean | undefined;
}

/** The schema at a path, and the path in the form in which errors name it: `spec.color`, `labels[a b]`. */
export type FieldPathResult<S> = { readonly ok: true; readonly schema: S; readonly path: string } | { readonly ok: false; readonly fault: string };

const TOKEN = /'(?:[^'\\]|\\.|\\$)*'|[.[\]]|[^.[\]]+/gy;
/** The characters that may stand behind a backslash in quotes, with what they mean. */
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };

const refused = (fault: string) => ({ ok: false, fault }) as const;
const NO_FIELD = refused('does not refer to a valid field');
const ENDS = refused('unexpected end of JSON path');

/**
 * Finds the schema at a path of fields, as rules and selectable fields write it: `.spec.color` or `.spec['my-field']`
 * (ValidFieldPath in pkg/apiserver/schema/cel of apiextensions-apiserver).
 */
export function fieldAtPath<S extends PathSchema<S>>(jsonPath: string, root: S, allowArrayNotation = true): FieldPathResult<S> {
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
      const wrong = /\\[^abfnrtv'\\]/s.exec(name)?.[0];
      if (wrong !== undefined) return refused(`invalid escape char ${wrong}`);
      name = name.slice(1, -1).replace(/\\(.)/gs, (_all, char: string) => ESCAPES[char] ?? '');
    }
    const { properties, additionalProperties: others } = schema;
    if (properties && Object.keys(properties).length > 0) {
      const field = own(properties, name);
      if (!field) return NO_FIELD;
      schema = field;
      path += path === '' ? name : `.${name}`;
    } else if (isObject(others)) {
      schema = others as S;
      path += `[${name}]`;
    } else return NO_FIELD;
    if (token !== '[') continue;
    const end = tokens[at++];
    if (end === undefined) return ENDS;
    if (end !== ']') return refused(`expected ] but got ${end}`);
  }
  return { ok: true, schema, path };
}
