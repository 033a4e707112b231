import { isObject } from '../../base/json.ts';
/**
 * The simple paths of scale subresources, printer columns and selectable fields: `.spec.replicas`, `.a['b.c'].d`, `.list[0].name`,
 * `.list[*].name` and `.conditions[?(@.type=="Ready")].status`.
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export type JsonPath = (root: unknown) => readonly unknown[];

type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly all: true }
  | { readonly filter: readonly Step[]; readonly operator: '==' | '!='; readonly value: unknown };

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const TOKEN =
  /\.((?:[^.[\]\\\s'"()?@*]|\\.)+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)|(\*)|\?\(\s*@((?:[^'"()=!<>]|\[['"][^'"]*['"]\])*)(==|!=)\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s)]+)\s*\))\s*\]|(\.\*)/y;

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

function literal(text: string): unknown {
  if (/^['"]/.test(text)) return unescaped(text.slice(1, -1));
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (Number.isNaN(number)) throw new JsonPathError(`unrecognized value ${text} in a filter`);
  return number;
}

function steps(path: string): Step[] {
  const out: Step[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < path.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(path);
    if (!match) throw new JsonPathError(`unexpected ${JSON.stringify(path.slice(at))} in path ${JSON.stringify(path)}`);
    const [whole, field, single, double, index, star, filter, operator, value, dotStar] = match;
    if (index !== undefined) out.push({ index: Number(index) });
    else if (star !== undefined || dotStar !== undefined) out.push({ all: true });
    else if (operator === '==' || operator === '!=') out.push({ filter: steps((filter ?? '').trimEnd()), operator, value: literal(value ?? '') });
    else out.push({ field: unescaped(field ?? single ?? double ?? '') });
    at += whole.length;
  }
  return out;
}

function follow(values: readonly unknown[], step: Step): unknown[] {
  const out: unknown[] = [];
  for (const value of values) {
    if ('field' in step) {
      if (isObject(value) && Object.hasOwn(value, step.field)) out.push(value[step.field]);
    } else if ('index' in step) {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      if (item !== undefined) out.push(item);
    } else if ('all' in step) {
      if (Array.isArray(value)) for (const item of value) out.push(item);
      else if (isObject(value)) for (const item of Object.values(value)) out.push(item);
    } else if (Array.isArray(value)) {
      for (const item of value) {
        const [found] = step.filter.reduce(follow, [item]);
        if (found !== undefined && (found === step.value) === (step.operator === '==')) out.push(item);
      }
    }
  }
  return out;
}

const compiled = new Map<string, JsonPath>();

/**
 * Compiles a path, which may stand in braces and need not start with a dot. It returns the list of values found, which may be empty.
 * @throws JsonPathError if the text is not such a path.
 */
export function jsonPath(text: string): JsonPath {
  const known = compiled.get(text);
  if (known) return known;
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const list = steps(bare === '' || bare === '.' ? '' : bare.startsWith('.') || bare.startsWith('[') ? bare : `.${bare}`);
  const path: JsonPath = (root) => list.reduce<readonly unknown[]>(follow, [root]);
  if (compiled.size >= 1024) compiled.clear();
  compiled.set(text, path);
  return path;
}

/** Returns the fields of a path of fields only (`.spec.replicas`), which a scale subresource writes to; undefined for any other path. */
export function fieldsOfPath(text: string): readonly string[] | undefined {
  const fields: string[] = [];
  for (const step of steps(text)) {
    if (!('field' in step)) return undefined;
    fields.push(step.field);
  }
  return fields.length === 0 ? undefined : fields;
}
