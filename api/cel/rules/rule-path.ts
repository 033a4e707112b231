import type { CelSchema } from '../schema.ts';
import { valuesOf } from '../schema.ts';

const TOKEN = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/gs;
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };

/**
 * Returns the path of a field relative to a schema, `.spec.replicas` or `['a b']`, in the form in which errors name it; undefined if it is
 * no path or the schema has no such field.
 */
export function normalizedPath(path: string, root: CelSchema): string | undefined {
  const tokens = path.match(TOKEN) ?? [];
  let schema: CelSchema = root;
  let text = '';
  for (let i = 0; i < tokens.length; ) {
    const bracket = tokens[i] === '[';
    if (!bracket && tokens[i] !== '.') return undefined;
    const token = tokens[i + 1];
    if (token === undefined || (bracket && tokens[i + 2] !== ']')) return undefined;
    const name = bracket ? unquoted(token) : token;
    if (name === undefined) return undefined;
    i += bracket ? 3 : 2;
    const values = valuesOf(schema);
    if (schema.properties) {
      const next = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      if (!next) return undefined;
      schema = next;
      text += text === '' ? name : `.${name}`;
    } else if (values) {
      schema = values;
      text += `[${name}]`;
    } else return undefined;
  }
  return text;
}

function unquoted(token: string): string | undefined {
  if (!/^'.*'$/s.test(token) || token.length < 2) return undefined;
  let valid = true;
  const text = token.slice(1, -1).replace(/\\(.)/gs, (_all, c: string) => {
    valid &&= Object.hasOwn(ESCAPES, c);
    return ESCAPES[c] ?? '';
  });
  return valid ? text : undefined;
}
