import type { Outcome, Program, Variables } from '../../../base/cel/program.ts';
import type { Value } from '../../../base/cel/values.ts';
import { CostLimitExceeded, NONE, OptionalValue } from '../../../base/cel/values.ts';
import { isObject, own } from '../../../base/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, fieldErrorText, forbidden, invalid, required } from '../../schema/field-error.ts';
import type { Correlation } from '../../schema/validate/correlation.ts';
import { correlate, counterparts } from '../../schema/validate/correlation.ts';
import type { Declaration } from '../declarations.ts';
import { declarationOf } from '../declarations.ts';
import { escapedName } from '../escaping.ts';
import type { CelSchema, Rule } from '../schema.ts';
import { hasRules, isEmbedded, resourceSchema, valuesOf } from '../schema.ts';
import { schemaValue } from '../schema-values.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { ruleCompiler } from './compiled-rule.ts';

/** The cost that all rules of one object may come to, as upstream. */
const OBJECT_BUDGET = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;

/** The rules of a schema and of the schemas in it, for those that have rules. */
interface Node {
  readonly schema: CelSchema;
  readonly isResource: boolean;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly values: Node | undefined;
  readonly items: Node | undefined;
  readonly allOf: readonly Node[];
}

/** The failures of an object's rules. */
export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Failures of values that did not change in an update: they are told and not refused. */
  readonly warnings: readonly string[];
}

/** Evaluates the rules of a schema. `old` is the object before an update. */
export interface RuleValidator {
  /** Returns undefined if the rules take longer than a turn of the event loop may take. */
  atOnce(object: unknown, old: unknown): RuleFindings | undefined;
  /** Finds the same in turns of some milliseconds. */
  inTurns(object: unknown, old: unknown): Promise<RuleFindings>;
}

/** The cost that the rules of an object may come to in one turn: some milliseconds. */
const TURN_BUDGET = 20_000;

/** Returns the validator of a schema's rules; undefined if it has none. The rules are compiled when the first object comes. */
export function ruleValidator(schema: CelSchema): RuleValidator | undefined {
  if (!hasRules(schema)) return undefined;
  let root: Node | undefined;
  function begin(object: unknown, old: unknown): { readonly run: Run; readonly evaluations: Evaluations } {
    root ??= nodeOf(schema, schema, true, declarationOf(schema, true));
    const run: Run = { errors: [], warnings: [], budget: OBJECT_BUDGET };
    const ratchet: Ratchet = { current: old === undefined ? undefined : correlate(object, old, schema, fieldSchemaOf), isRoot: true };
    return { run, evaluations: root ? visit(root, '', object, old, ratchet, run) : nothing() };
  }
  return {
    atOnce(object, old) {
      const { run, evaluations } = begin(object, old);
      let left = TURN_BUDGET;
      for (let next = evaluations.next(); !next.done; ) {
        const { program, variables } = next.value;
        const outcome = program.evaluate(variables, left);
        left -= outcome.cost;
        if (left < 0) return undefined;
        next = evaluations.next(outcome);
      }
      return run;
    },
    async inTurns(object, old) {
      const { run, evaluations } = begin(object, old);
      for (let next = evaluations.next(); !next.done; ) {
        const { program, variables } = next.value;
        next = evaluations.next(await program.evaluateInTurns(variables));
      }
      return run;
    },
  };
}

/** A walk through an object that asks for the outcome of one expression after the other. */
type Evaluations = Generator<{ readonly program: Program; readonly variables: Variables }, void, Outcome>;
function* nothing(): Evaluations {}

/** `rules` holds the rules; `schema` says what values look like: they differ below `allOf`. */
function nodeOf(rules: CelSchema, schema: CelSchema, isResource: boolean, declaration: Declaration | undefined): Node | undefined {
  if (!declaration) return undefined;
  const own = rules['x-kubernetes-validations'] ?? [];
  const properties = new Map<string, Node>();
  for (const [name, property] of Object.entries(rules.properties ?? {})) {
    const below = schema.properties?.[name];
    if (!below) continue;
    const escaped = escapedName(name);
    const inner = escaped === undefined ? declarationOf(below, isEmbedded(below)) : declaration.fields?.get(escaped);
    const node = nodeOf(property, below, isEmbedded(below), inner);
    if (node) properties.set(name, node);
  }
  const [values, valueRules] = [valuesOf(schema), valuesOf(rules)];
  const node: Node = {
    schema: isResource ? resourceSchema(schema) : schema,
    isResource,
    rules: own.length === 0 ? [] : own.map(ruleCompiler(schema, declaration)),
    properties,
    values: values && valueRules && nodeOf(valueRules, values, isEmbedded(values), declaration.element),
    items: rules.items && schema.items && nodeOf(rules.items, schema.items, isEmbedded(schema.items), declaration.element),
    allOf: (rules.allOf ?? []).flatMap((part) => nodeOf(part, schema, isResource, declaration) ?? []),
  };
  const isEmpty = node.rules.length === 0 && properties.size === 0 && !node.values && !node.items && node.allOf.length === 0;
  return isEmpty ? undefined : node;
}

interface Run {
  readonly errors: FieldError[];
  readonly warnings: string[];
  /** Negative once it is used up: no further rules run. */
  budget: number;
}

const fieldSchemaOf = ({ properties, additionalProperties }: CelSchema, field: string): CelSchema | undefined =>
  (properties && own(properties, field)) ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);

/** The values before the update by which failures are told instead of refused. */
interface Ratchet {
  /** Undefined if the value has no counterpart. */
  readonly current: Correlation | undefined;
  /** The nearest parent that has one. */
  readonly parent?: Correlation | undefined;
  readonly isRoot?: boolean;
}

const isUnchanged = ({ current, parent }: Ratchet): boolean => (current ?? parent)?.equal() ?? false;

const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function* visit(node: Node, path: string, value: unknown, old: unknown, ratchet: Ratchet, run: Run): Evaluations {
  if (value === null || value === undefined) return;
  if (node.rules.length > 0) yield* evaluateRules(node, path, value, old, ratchet, run);
  for (const part of node.allOf) {
    if (run.budget < 0) return;
    yield* visit(part, path, value, old, { current: undefined, parent: ratchet.parent }, run);
  }
  if (Array.isArray(value)) yield* visitItems(node, path, value, Array.isArray(old) ? old : [], ratchet, run);
  else if (isObject(value)) yield* visitFields(node, path, value, isObject(old) ? old : {}, ratchet, run);
}

function below(ratchet: Ratchet, find: (current: Correlation) => Correlation | undefined): Ratchet {
  const { current } = ratchet;
  return current ? { current: find(current), parent: current } : ratchet;
}

function belowField(ratchet: Ratchet, name: string): Ratchet {
  // The version of a resource is changed by conversion, not by clients.
  if (ratchet.isRoot && (name === 'apiVersion' || name === 'kind')) return { current: undefined };
  return below(ratchet, (current) => current.key(name));
}

function* visitFields(
  node: Node,
  path: string,
  value: Readonly<Record<string, unknown>>,
  old: Readonly<Record<string, unknown>>,
  ratchet: Ratchet,
  run: Run,
): Evaluations {
  const { values, properties } = node;
  if (!values && properties.size === 0) return;
  for (const key of Object.keys(value)) {
    const next = properties.get(key) ?? values;
    if (!next) continue;
    if (run.budget < 0) return;
    const before = Object.hasOwn(old, key) ? old[key] : undefined;
    yield* visit(next, next === values ? `${path}[${key}]` : child(path, key), value[key], before, belowField(ratchet, key), run);
  }
}

function* visitItems(node: Node, path: string, items: readonly unknown[], old: readonly unknown[], ratchet: Ratchet, run: Run): Evaluations {
  const { items: next, schema } = node;
  if (!next) return;
  const counterpartOf = counterparts(old, schema);
  for (const [i, item] of items.entries()) {
    if (run.budget < 0) return;
    const before = counterpartOf(item);
    const correlated = below(ratchet, (current) => current.index(i));
    yield* visit(next, `${path}[${i}]`, item, before, correlated, run);
  }
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';
const shortRule = ({ message = '', rule }: Rule): string => (message === '' ? rule : message).trim();
/** An error that does not show the value. */
const failed = (field: string, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` });

function* evaluateRules(node: Node, path: string, value: unknown, old: unknown, ratchet: Ratchet, run: Run): Evaluations {
  const field = path || '<nil>';
  const refuse = (detail: string): void => {
    run.errors.push(invalid(field, node.schema.type, detail));
  };
  if (run.budget <= 0) {
    refuse(outOfBudget);
    run.budget = -1;
    return;
  }
  const self = (): Value => schemaValue(value, node.schema);
  const hasOld = old !== null && old !== undefined;
  const oldSelf = (): Value => schemaValue(old, node.schema);
  const optionalOld = (): Value => (hasOld ? new OptionalValue(oldSelf()) : NONE);
  for (const compiled of node.rules) {
    const { rule, program, error } = compiled;
    if (error !== undefined) refuse(`rule compile error: ${error}`);
    if (!program) continue;
    const isOptional = rule.optionalOldSelf === true;
    if (compiled.usesOldSelf && !hasOld && !isOptional) continue;
    const variables = { self, oldSelf: isOptional ? optionalOld : oldSelf };
    const outcome = yield { program, variables };
    if (outcome.cost > run.budget) {
      refuse(outOfBudget);
      run.budget = -1;
      return;
    }
    run.budget -= outcome.cost;
    if (outcome.value === true) continue;
    if (outcome.error) {
      refuse(errorText(outcome.error, rule));
      if (!(outcome.error instanceof CostLimitExceeded)) continue;
      run.budget = -1;
      return;
    }
    const report = (found: FieldError): void => {
      if (!compiled.usesOldSelf && isUnchanged(ratchet)) run.warnings.push(fieldErrorText(found));
      else run.errors.push(found);
    };
    const at = compiled.path === undefined ? field : path === '' ? compiled.path : placed(path, compiled.path);
    const message = compiled.messageProgram && messageOf(yield { program: compiled.messageProgram, variables }, rule, run);
    if (message?.fatal !== undefined) {
      report(invalid(at, node.schema.type, message.fatal));
      run.budget = -1;
      return;
    }
    report(failure(at, value, node.schema, message?.text ?? defaultMessage(rule), rule.reason));
  }
}

const placed = (path: string, relative: string): string => (relative.startsWith('[') ? `${path}${relative}` : `${path}.${relative}`);
const defaultMessage = (rule: Rule): string => (rule.message ? rule.message.trim() : `failed rule: ${shortRule(rule)}`);

function errorText(error: Error, rule: Rule): string {
  const { message } = error;
  if (message.startsWith('no such overload')) {
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${shortRule(rule)}`;
  }
  if (error instanceof CostLimitExceeded) {
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shortRule(rule)}`;
  }
  return `${message} evaluating rule: ${shortRule(rule)}`;
}

function failure(field: string, value: unknown, { type }: CelSchema, detail: string, reason: string | undefined): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return type === 'object' || type === 'array' ? { type: 'FieldValueDuplicate', field, message: 'Duplicate value' } : duplicate(field, value);
    default:
      return type === 'object' || type === 'array' ? failed(field, detail) : invalid(field, value, detail);
  }
}

/** Returns the message that an expression made; nothing if it made none that can be shown, and why all must stop. */
function messageOf(outcome: Outcome, rule: Rule, run: Run): { readonly text?: string; readonly fatal?: string } {
  if (outcome.cost > run.budget) {
    return { fatal: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run' };
  }
  if (outcome.error instanceof CostLimitExceeded) {
    const expression = JSON.stringify(rule.messageExpression);
    return { fatal: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${expression}` };
  }
  run.budget -= outcome.cost;
  const text = typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text === '' || text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? {} : { text };
}
