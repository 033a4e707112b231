import { jsonOf, NotJsonError } from '../../../../api/cel/json-values.ts';
import type { MutatingAdmissionPolicy } from '../../../../api/kinds/admissionregistration/index.ts';
import type { Value } from '../../../../base/cel/values.ts';
import { EvaluationError, ListValue } from '../../../../base/cel/values.ts';
import type { PolicyVariable } from '../expressions/activation.ts';
import type { CompiledCondition } from '../expressions/compiled-policy.ts';
import { compileConditions, expressionCompiler } from '../expressions/compiled-policy.ts';
import { ConstructedObject, checkPaths } from '../expressions/mutation-types.ts';
import type { CompiledExpression } from '../expressions/policy-environment.ts';
import { APPLY_CONFIGURATION, JSON_PATCH } from '../expressions/policy-environment.ts';

export interface CompiledMutation {
  readonly patchType: 'ApplyConfiguration' | 'JSONPatch';
  readonly expression: CompiledExpression;
}

/** A policy, compiled. */
export interface Mutator {
  readonly isIgnored: boolean;
  readonly isReinvocable: boolean;
  readonly variables: ReadonlyMap<string, PolicyVariable>;
  readonly conditions: readonly CompiledCondition[];
  readonly mutations: readonly CompiledMutation[];
}

const USE = { hasAuthorizer: true, hasMutationTypes: true };

export function compileMutator({ spec = {} }: MutatingAdmissionPolicy): Mutator {
  const { paramKind, failurePolicy, reinvocationPolicy, variables = [], matchConditions = [], mutations = [] } = spec;
  const compiler = expressionCompiler({ hasParams: paramKind !== undefined, hasVariables: true });
  for (const variable of variables) compiler.variable(variable);
  return {
    isIgnored: failurePolicy === 'Ignore',
    isReinvocable: reinvocationPolicy === 'IfNeeded',
    variables: compiler.variables,
    conditions: compileConditions(compiler, matchConditions),
    mutations: mutations.map(({ patchType, applyConfiguration, jsonPatch }) =>
      patchType === 'JSONPatch'
        ? { patchType, expression: compiler.compile(jsonPatch?.expression ?? '', JSON_PATCH, USE) }
        : { patchType: 'ApplyConfiguration', expression: compiler.compile(applyConfiguration?.expression ?? '', APPLY_CONFIGURATION, USE) },
    ),
  };
}

/** Returns the applied configuration that an expression made. @throws EvaluationError if a structure in it has the type of another place. */
export function configurationOf(value: Value): Readonly<Record<string, unknown>> {
  if (!(value instanceof ConstructedObject)) throw new EvaluationError('unsupported return type from ApplyConfiguration expression');
  checkPaths(value);
  return jsonOf(value) as Readonly<Record<string, unknown>>;
}

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

function jsonValueOf(value: Value): unknown {
  if (value instanceof ConstructedObject) checkPaths(value);
  try {
    return jsonOf(value);
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    throw new EvaluationError(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${error.message}`);
  }
}

/** Returns the operations of a JSON patch that an expression made. @throws EvaluationError for a value that is no JSON. */
export function patchOf(value: Value): readonly Readonly<Record<string, unknown>>[] {
  if (!(value instanceof ListValue)) throw new EvaluationError('type mismatch: JSONPatchType.expression should evaluate to array');
  return Array.from({ length: value.size }, (_, i) => {
    const operation = value.at(i);
    const fields = operation instanceof ConstructedObject ? operation.fields : new Map<string, Value>();
    const from = textOf(fields.get('from'));
    return {
      op: textOf(fields.get('op')),
      path: textOf(fields.get('path')),
      ...(from === '' ? {} : { from }),
      value: jsonValueOf(fields.get('value') ?? null),
    };
  });
}
