import type * as z from 'zod';
import { goPattern } from '../../base/regexp.ts';

/** The key of a term's expression: fields of users may have any name. */
const EXPRESSION = Symbol('expression');

type Scalar = string | number | boolean;
/** A field's place: `self`, or the element that `all` or `exists` looks at, then the names of fields. */
export interface FieldExpression {
  readonly op: 'field';
  readonly root: string;
  readonly path: readonly string[];
}
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextTest = 'matches' | 'startsWith' | 'endsWith' | 'contains';

/** A condition on an object, as a tree: its CEL text and its evaluation here are made from it, so that both say the same. */
export type Expression =
  | FieldExpression
  | { readonly op: 'literal'; readonly value: Scalar }
  | { readonly op: 'compare'; readonly by: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly op: 'not'; readonly part: Expression }
  | { readonly op: 'text'; readonly test: TextTest; readonly subject: Expression; readonly value: string }
  | { readonly op: 'in'; readonly subject: Expression; readonly values: readonly Scalar[] }
  | { readonly op: 'size'; readonly subject: Expression }
  | { readonly op: 'has' | 'unchanged'; readonly field: FieldExpression }
  | { readonly op: 'all' | 'exists'; readonly list: Expression; readonly variable: string; readonly body: Expression };

/** Something that holds or does not. */
export interface Condition {
  readonly [EXPRESSION]: Expression;
}

/** A value of the object that a rule is about. Its fields are terms too. */
export type Term<T> = { readonly [EXPRESSION]: Expression; readonly type?: (value: T) => void } & (NonNullable<T> extends Scalar | readonly unknown[]
  ? unknown
  : { readonly [K in keyof NonNullable<T>]-?: Term<NonNullable<NonNullable<T>[K]>> });

type Operand<T> = Term<T> | T;
type ElementOf<T> = T extends readonly (infer E)[] ? E : never;

/** A rule as it was attached to a schema. */
export interface Rule {
  readonly condition: Expression;
  readonly message: string;
  readonly reason: RuleReason | undefined;
  readonly path: readonly string[];
}

export type RuleReason = 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';

export interface RuleOptions {
  readonly message: string;
  /** Default `FieldValueInvalid`. */
  readonly reason?: RuleReason;
  /** The field that is at fault, from the value that the rule is about. Default: that value. */
  readonly path?: readonly string[];
}

const rules = new WeakMap<object, Rule>();

/** Returns the rule behind a check of a zod schema; undefined if the check is not one of `rule`. */
export const ruleOf = (check: object): Rule | undefined => rules.get(check);

/**
 * Makes a check for `schema.check(…)` that the cluster makes too: as a zod check here, and as a CEL rule in the CustomResourceDefinition.
 * A rule is not asked where a field that it compares is absent: write `has(self.field)` as a rule of its own if it must be there.
 */
export function rule<T>(condition: (self: Term<T>) => Condition, options: RuleOptions | string): (payload: z.core.ParsePayload<T>) => void {
  const { message, reason, path = [] }: RuleOptions = typeof options === 'string' ? { message: options } : options;
  const made: Rule = { condition: condition(termOf<T>({ op: 'field', root: 'self', path: [] }))[EXPRESSION], message, reason, path };
  const check = (payload: z.core.ParsePayload<T>) => {
    if (holds(made.condition, new Map([['self', payload.value]]), true)) return;
    payload.issues.push({ code: 'custom', message, path: [...path], input: payload.value, continue: true });
  };
  rules.set(check, made);
  return check;
}

function termOf<T>(expression: FieldExpression): Term<T> {
  const target: object = { [EXPRESSION]: expression };
  return new Proxy(target, {
    get: (_, name) => (typeof name === 'string' ? termOf({ ...expression, path: [...expression.path, name] }) : expression),
  }) as Term<T>;
}

const isTerm = (value: unknown): value is Condition => typeof value === 'object' && value !== null && EXPRESSION in value;
const condition = (expression: Expression): Condition => ({ [EXPRESSION]: expression });
const operand = (value: unknown): Expression => (isTerm(value) ? value[EXPRESSION] : { op: 'literal', value: value as Scalar });
const compare =
  (by: Comparison) =>
  <T extends Scalar>(left: Term<T>, right: Operand<T>): Condition =>
    condition({ op: 'compare', by, left: left[EXPRESSION], right: operand(right) });
const textTest = (test: TextTest) => (subject: Term<string>, value: string) => condition({ op: 'text', test, subject: subject[EXPRESSION], value });
const fieldOf = (term: Condition): FieldExpression => {
  const expression = term[EXPRESSION];
  if (expression.op !== 'field') throw new Error('has and unchanged take a field, such as self.name');
  return expression;
};

export const eq = compare('==');
export const ne = compare('!=');
export const lt = compare('<');
export const lte = compare('<=');
export const gt = compare('>');
export const gte = compare('>=');
export const and = (...parts: readonly Condition[]): Condition => condition({ op: 'and', parts: parts.map((part) => part[EXPRESSION]) });
export const or = (...parts: readonly Condition[]): Condition => condition({ op: 'or', parts: parts.map((part) => part[EXPRESSION]) });
export const not = (part: Condition): Condition => condition({ op: 'not', part: part[EXPRESSION] });
export const implies = (premise: Condition, conclusion: Condition): Condition => or(not(premise), conclusion);
export const startsWith = textTest('startsWith');
export const endsWith = textTest('endsWith');
export const contains = textTest('contains');
/** Whether a text matches a pattern of Go's dialect (RE2), anywhere in it. @throws Error if the pattern is none. */
export function matches(subject: Term<string>, pattern: RegExp | string): Condition {
  const source = typeof pattern === 'string' ? pattern : pattern.source;
  goPattern(source);
  return condition({ op: 'text', test: 'matches', subject: subject[EXPRESSION], value: source });
}
export const isIn = <T extends Scalar>(subject: Term<T>, values: readonly T[]): Condition =>
  condition({ op: 'in', subject: subject[EXPRESSION], values });
/** The length of a text in characters, or of a list. */
export const size = (subject: Term<string> | Term<readonly never[]>): Term<number> =>
  condition({ op: 'size', subject: subject[EXPRESSION] }) as Term<number>;
/** Whether an optional field is there. */
export const has = (field: Condition): Condition => condition({ op: 'has', field: fieldOf(field) });
/** Whether a field is as it was before the update; holds for a creation. */
export const unchanged = (field: Condition): Condition => condition({ op: 'unchanged', field: fieldOf(field) });

let variables = 0;
const quantifier =
  (op: 'all' | 'exists') =>
  <T extends readonly unknown[]>(list: Term<T>, body: (element: Term<ElementOf<T>>) => Condition): Condition => {
    const variable = `e${variables++ % 1000}`;
    return condition({ op, list: list[EXPRESSION], variable, body: body(termOf({ op: 'field', root: variable, path: [] }))[EXPRESSION] });
  };
/** Whether the condition holds for each element. An element that lacks a field that is compared passes. */
export const all = quantifier('all');
/** Whether the condition holds for an element. One that lacks a field that is compared does not count. */
export const exists = quantifier('exists');

/** Returns the fields that an expression compares, but for those within a quantifier: their absence makes it undecided. */
export function comparedFields(expression: Expression): readonly FieldExpression[] {
  switch (expression.op) {
    case 'field':
      return [expression];
    case 'compare':
      return [...comparedFields(expression.left), ...comparedFields(expression.right)];
    case 'and':
    case 'or':
      return expression.parts.flatMap(comparedFields);
    case 'not':
      return comparedFields(expression.part);
    case 'text':
    case 'in':
    case 'size':
      return comparedFields(expression.subject);
    case 'all':
    case 'exists':
      return comparedFields(expression.list);
    default:
      return [];
  }
}

type Values = ReadonlyMap<string, unknown>;

function holds(expression: Expression, values: Values, undecided: boolean): boolean {
  if (comparedFields(expression).some((field) => valueAt(field, values) === undefined)) return undecided;
  return evaluate(expression, values) === true;
}

function valueAt({ root, path }: FieldExpression, values: Values): unknown {
  let value = values.get(root);
  for (const name of path) value = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  return value;
}

function evaluate(expression: Expression, values: Values): unknown {
  switch (expression.op) {
    case 'field':
      return valueAt(expression, values);
    case 'literal':
      return expression.value;
    case 'compare':
      return compared(expression.by, evaluate(expression.left, values) as Scalar, evaluate(expression.right, values) as Scalar);
    case 'and':
      return expression.parts.every((part) => evaluate(part, values));
    case 'or':
      return expression.parts.some((part) => evaluate(part, values));
    case 'not':
      return !evaluate(expression.part, values);
    case 'text':
      return textHolds(expression.test, String(evaluate(expression.subject, values)), expression.value);
    case 'in':
      return expression.values.includes(evaluate(expression.subject, values) as Scalar);
    case 'size':
      return [...(evaluate(expression.subject, values) as Iterable<unknown>)].length;
    case 'has':
      return valueAt(expression.field, values) !== undefined;
    case 'unchanged':
      return true;
    default: {
      const elements = evaluate(expression.list, values) as readonly unknown[];
      const isAll = expression.op === 'all';
      const ofElement = (element: unknown) => holds(expression.body, new Map(values).set(expression.variable, element), isAll);
      return isAll ? elements.every(ofElement) : elements.some(ofElement);
    }
  }
}

function compared(by: Comparison, left: Scalar, right: Scalar): boolean {
  switch (by) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

const textHolds = (test: TextTest, text: string, value: string): boolean =>
  test === 'matches'
    ? goPattern(value).test(text)
    : test === 'startsWith'
      ? text.startsWith(value)
      : test === 'endsWith'
        ? text.endsWith(value)
        : text.includes(value);
