import type { ValidatingAdmissionPolicy, Validation } from '../../../../api/kinds/admissionregistration/validating-admission-policy/index.ts';
import { byteLength } from '../../../../api/validation/name-rules.ts';
import type { Variables } from '../../../../base/cel/program.ts';
import { typeOf } from '../../../../base/cel/values.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { Evaluation, PolicyVariable, Run } from '../expressions/activation.ts';
import { COST_BUDGET, MATCH_COST_BUDGET, OutOfBudget, startRun } from '../expressions/activation.ts';
import type { CompiledCondition } from '../expressions/compiled-policy.ts';
import { compileConditions, expressionCompiler } from '../expressions/compiled-policy.ts';
import type { ConditionsOutcome } from '../expressions/match-conditions.ts';
import { evaluateConditions } from '../expressions/match-conditions.ts';
import type { CompiledExpression } from '../expressions/policy-environment.ts';
import { AUDIT_VALUE, CONDITION, MESSAGE } from '../expressions/policy-environment.ts';
import type { ErrorType } from '../invocation/policy-metrics.ts';

/** A policy, compiled. */
export interface Validator {
  readonly isIgnored: boolean;
  readonly variables: ReadonlyMap<string, PolicyVariable>;
  readonly conditions: readonly CompiledCondition[];
  readonly validations: readonly {
    readonly validation: Validation;
    readonly expression: CompiledExpression;
    readonly message: CompiledExpression | undefined;
  }[];
  readonly annotations: readonly { readonly key: string; readonly expression: CompiledExpression }[];
}

export function compileValidator({ spec = {} }: ValidatingAdmissionPolicy): Validator {
  const { paramKind, failurePolicy, variables = [], matchConditions = [], validations = [], auditAnnotations = [] } = spec;
  const compiler = expressionCompiler({ hasParams: paramKind !== undefined, hasVariables: true });
  for (const variable of variables) compiler.variable(variable);
  return {
    isIgnored: failurePolicy === 'Ignore',
    variables: compiler.variables,
    conditions: compileConditions(compiler, matchConditions),
    validations: validations.map((validation) => ({
      validation,
      expression: compiler.compile(validation.expression, CONDITION, { hasAuthorizer: true }),
      message: validation.messageExpression ? compiler.compile(validation.messageExpression, MESSAGE, { hasAuthorizer: false }) : undefined,
    })),
    annotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      expression: compiler.compile(valueExpression.trim(), AUDIT_VALUE, { hasAuthorizer: true }),
    })),
  };
}

/** The judgement of one validation. A policy that cannot be evaluated is judged as a whole. */
export interface Decision {
  readonly isDenied: boolean;
  readonly error: ErrorType;
  readonly message: string;
  readonly reason?: string | undefined;
  readonly seconds: number;
}

export type AuditAnnotation =
  | { readonly key: string; readonly value: string; readonly error?: undefined }
  /** The request is refused. */
  | { readonly key: string; readonly error: string; readonly type: ErrorType; readonly seconds: number };

export interface ValidatorResult {
  /** One for each validation, in their order; none if the request does not meet the conditions of the policy. */
  readonly decisions: readonly Decision[];
  readonly annotations: readonly AuditAnnotation[];
}

/** The variables of a request, as the conditions of a policy see them, its expressions, and those of messages. */
export interface RequestVariables {
  readonly conditions: Variables;
  readonly validations: Variables;
  readonly messages: Variables;
}

const MAX_MESSAGE_BYTES = 5 * 1024;
const NOTHING: ValidatorResult = { decisions: [], annotations: [] };

/** Judges a request by a policy, with one parameter; `observe` is told what became of the conditions. */
export async function validate(
  validator: Validator,
  variables: RequestVariables,
  clock: Clock,
  observe: (conditions: ConditionsOutcome) => void,
): Promise<ValidatorResult> {
  const { isIgnored } = validator;
  if (validator.conditions.length > 0) {
    const run = startRun(variables.conditions, validator.variables, MATCH_COST_BUDGET, clock);
    const outcome = await evaluateConditions(run, validator.conditions, isIgnored);
    observe(outcome);
    if (outcome.error !== undefined) return failed(outcome.error, isIgnored);
    if (!outcome.matches) return NOTHING;
  }
  try {
    const decisions = await decide(validator, variables, clock);
    return { decisions, annotations: await annotationsOf(validator, variables, clock) };
  } catch (error) {
    if (error instanceof OutOfBudget) return failed(error.message, isIgnored);
    throw error;
  }
}

const failed = (message: string, isIgnored: boolean): ValidatorResult => ({
  decisions: [{ isDenied: !isIgnored, error: errorType(message), message, seconds: 0 }],
  annotations: [],
});

/** Sorts an error by its text, as upstream does. */
function errorType(message: string): ErrorType {
  if (message.startsWith('compilation')) return 'compile_error';
  return message.startsWith('validation failed due to running out of cost budget') ? 'out_of_budget' : 'invalid_error';
}

/** @throws OutOfBudget */
async function decide({ validations, variables, isIgnored }: Validator, known: RequestVariables, clock: Clock): Promise<readonly Decision[]> {
  const run = startRun(known.validations, variables, COST_BUDGET, clock);
  const outcomes: Evaluation[] = [];
  for (const { expression } of validations) outcomes.push(await run.evaluate(expression));
  // Messages are for refusals.
  const messages = outcomes.some(({ value }) => value !== true)
    ? await messagesOf(validations, startRun(known.messages, variables, run.remaining, clock))
    : undefined;
  return outcomes.map(({ value, error, seconds }, i) => {
    const fail = (message: string): Decision => ({ isDenied: !isIgnored, error: errorType(message), message, seconds });
    if (error !== undefined) return fail(error);
    if (messages?.error !== undefined) return fail(`failed messageExpression: ${messages.error}`);
    if (value === true) return { isDenied: false, error: 'no_error', message: '', seconds };
    const validation = validations[i]?.validation;
    return {
      isDenied: true,
      error: 'no_error',
      message: messages?.texts[i] || validation?.message?.trim() || `failed expression: ${validation?.expression.trim()}`,
      reason: validation?.reason ?? 'Invalid',
      seconds,
    };
  });
}

interface Messages {
  /** Empty where there is no usable message. */
  readonly texts: readonly string[];
  /** Set if the budget was used up. */
  readonly error?: string;
}

async function messagesOf(validations: Validator['validations'], run: Run): Promise<Messages> {
  try {
    const texts: string[] = [];
    for (const { message } of validations) texts.push(message ? usable((await run.evaluate(message)).value) : '');
    return { texts };
  } catch (error) {
    if (error instanceof OutOfBudget) return { texts: [], error: error.message };
    throw error;
  }
}

/** Returns a message if it is one line of an acceptable length, else an empty text. */
function usable(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = value.trim();
  return text.includes('\n') || byteLength(text) > MAX_MESSAGE_BYTES ? '' : text;
}

/** @throws OutOfBudget */
async function annotationsOf({ annotations, variables, isIgnored }: Validator, known: RequestVariables, clock: Clock): Promise<AuditAnnotation[]> {
  if (annotations.length === 0) return [];
  const run = startRun(known.messages, variables, COST_BUDGET, clock);
  const found: AuditAnnotation[] = [];
  for (const { key, expression } of annotations) {
    const { value = null, error, seconds } = await run.evaluate(expression);
    if (error !== undefined) {
      if (!isIgnored) found.push({ key, error, type: errorType(error), seconds });
    } else if (typeof value === 'string') {
      const text = value.trim();
      if (text !== '') found.push({ key, value: text });
    } else if (value !== null) {
      const unsupported = `valueExpression '${expression.source}' resulted in unsupported return type: ${typeOf(value).name}.`;
      found.push({ key, error: `${unsupported} Return type must be either string or null.`, type: 'invalid_error', seconds });
    }
  }
  return found;
}
