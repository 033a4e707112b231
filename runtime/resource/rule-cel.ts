import type { Expression, FieldExpression, Rule } from './rule.ts';
import { comparedFields } from './rule.ts';
import type { StructuralNode } from './structural-node.ts';

/** The types of the roots that an expression may name: `self`, and the elements of quantifiers. */
type Roots = ReadonlyMap<string, StructuralNode>;

/** Returns the CEL text of a rule about values of a schema. @throws Error if it names a field that the schema does not have. */
export const celOf = ({ condition }: Rule, self: StructuralNode): string => guarded(condition, new Map([['self', self]]), true);

/** The names that CEL keeps to itself; fields of such names are escaped (k8s.io/apiserver/pkg/cel, Escape). */
const KEYWORDS = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

const escaped = (name: string): string =>
  KEYWORDS.has(name)
    ? `__${name}__`
    : name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');

/** The text of an expression that is undecided, instead of in error, where a field is absent that it compares. */
function guarded(expression: Expression, roots: Roots, undecided: boolean): string {
  const guards = [...new Set(comparedFields(expression).flatMap((field) => presenceOf(field, roots)))];
  const body = textOf(expression, roots);
  if (guards.length === 0) return body;
  return undecided ? `!(${guards.join(' && ')}) || (${body})` : `${guards.join(' && ')} && (${body})`;
}

/** The conditions under which a field is there. */
function presenceOf({ root, path }: FieldExpression, roots: Roots): string[] {
  return path.flatMap((name, at) => {
    const parent = nodeAt({ op: 'field', root, path: path.slice(0, at) }, roots);
    const before = fieldText({ op: 'field', root, path: path.slice(0, at) }, roots);
    if (typeof parent.additionalProperties === 'object') return [`${quoted(name)} in ${before}`];
    const isAlways = parent.required?.includes(name) === true || parent.properties?.[name]?.default !== undefined;
    return isAlways ? [] : [`has(${before}.${escaped(name)})`];
  });
}

function nodeAt({ root, path }: FieldExpression, roots: Roots): StructuralNode {
  let node = roots.get(root);
  for (const [at, name] of path.entries()) {
    const next: StructuralNode | undefined =
      node?.properties?.[name] ?? (typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined);
    if (!next) throw new Error(`a rule names ${[root, ...path.slice(0, at + 1)].join('.')}, which its schema does not have`);
    node = next;
  }
  return node ?? {};
}

function fieldText({ root, path }: FieldExpression, roots: Roots): string {
  let text = root;
  for (const [at, name] of path.entries()) {
    const parent = nodeAt({ op: 'field', root, path: path.slice(0, at) }, roots);
    text = typeof parent.additionalProperties === 'object' ? `${text}[${quoted(name)}]` : `${text}.${escaped(name)}`;
  }
  return text;
}

function textOf(expression: Expression, roots: Roots): string {
  const inner = (part: Expression) => textOf(part, roots);
  switch (expression.op) {
    case 'field':
      nodeAt(expression, roots);
      return fieldText(expression, roots);
    case 'literal':
      return literal(expression.value, false);
    case 'compare':
      return compareText(expression, roots);
    case 'and':
    case 'or':
      return `(${expression.parts.map(inner).join(expression.op === 'and' ? ' && ' : ' || ')})`;
    case 'not':
      return `!(${inner(expression.part)})`;
    case 'text':
      return `${inner(expression.subject)}.${expression.test}(${quoted(expression.value)})`;
    case 'in': {
      const asDouble = isDouble(expression.subject, roots);
      return `${inner(expression.subject)} in [${expression.values.map((value) => literal(value, asDouble)).join(', ')}]`;
    }
    case 'size':
      return `size(${inner(expression.subject)})`;
    case 'has':
      return presenceOf(expression.field, roots).join(' && ') || 'true';
    case 'unchanged':
      return unchangedText(expression.field, roots);
    default: {
      const element = elementOf(expression.list, roots);
      const body = guarded(expression.body, new Map(roots).set(expression.variable, element), expression.op === 'all');
      return `${inner(expression.list)}.${expression.op}(${expression.variable}, ${body})`;
    }
  }
}

function elementOf(list: Expression, roots: Roots): StructuralNode {
  const items = list.op === 'field' ? nodeAt(list, roots).items : undefined;
  if (!items) throw new Error('all and exists take a list, such as self.items');
  return items;
}

/** An integer and a double are equal only after one of them is converted. */
function compareText({ left, right, by }: Extract<Expression, { op: 'compare' }>, roots: Roots): string {
  const asDouble = isDouble(left, roots) || isDouble(right, roots);
  const side = (part: Expression) => {
    if (part.op === 'literal') return literal(part.value, asDouble);
    const text = textOf(part, roots);
    return asDouble && !isDouble(part, roots) ? `double(${text})` : text;
  };
  return `${side(left)} ${by} ${side(right)}`;
}

const isDouble = (expression: Expression, roots: Roots): boolean => expression.op === 'field' && nodeAt(expression, roots).type === 'number';

function unchangedText(field: FieldExpression, roots: Roots): string {
  if (field.root !== 'self') throw new Error('unchanged takes a field of self: elements of lists have no past');
  const now = fieldText(field, roots);
  const before = now.replace(/^self/, 'oldSelf');
  const presence = presenceOf(field, roots).join(' && ');
  if (presence === '') return `${now} == ${before}`;
  const was = presence.replaceAll(/\bself\b/g, 'oldSelf');
  return `((${presence}) == (${was}) && (!(${presence}) || ${now} == ${before}))`;
}

const quoted = (text: string): string => JSON.stringify(text);

function literal(value: string | number | boolean, asDouble: boolean): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && (asDouble || !Number.isInteger(value))) return Number.isInteger(value) ? `${value}.0` : String(value);
  return String(value);
}
