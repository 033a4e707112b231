import type { CelType } from '../../../../base/cel/types.ts';
import { DYN } from '../../../../base/cel/types.ts';
import type { PolicyVariable } from './activation.ts';
import type { CompiledExpression, PolicyEnvironmentOptions, ResultTypes } from './policy-environment.ts';
import { CONDITION, compileExpression, policyEnvironment } from './policy-environment.ts';

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** What expressions of one use may name beyond what all may. */
type Use = Pick<PolicyEnvironmentOptions, 'hasAuthorizer' | 'hasMutationTypes'>;

/** Compiles the expressions of one policy. Variables are known to what is compiled after them. */
export interface ExpressionCompiler {
  variable(variable: NamedExpression): CompiledExpression;
  compile(source: string, types: ResultTypes, use: Use): CompiledExpression;
  readonly variables: ReadonlyMap<string, PolicyVariable>;
}

export interface ExpressionCompilerOptions {
  readonly hasParams: boolean;
  /** Whether `variables` is declared. */
  readonly hasVariables: boolean;
  readonly object?: CelType;
  readonly params?: CelType;
}

export function expressionCompiler(options: ExpressionCompilerOptions): ExpressionCompiler {
  const { hasParams, hasVariables, object, params } = options;
  const variables = new Map<string, PolicyVariable>();
  const typeOfVariable = (name: string): CelType | undefined => {
    const variable = variables.get(name);
    return variable && (variable.expression.program?.type ?? DYN);
  };
  const compile = (source: string, types: ResultTypes, use: Use): CompiledExpression => {
    const variable = hasVariables ? typeOfVariable : undefined;
    return compileExpression(policyEnvironment({ ...use, hasParams, variable, object, params }), source, types);
  };
  return {
    variables,
    compile,
    variable({ name, expression: source }) {
      const expression = compile(source, undefined, { hasAuthorizer: true });
      variables.set(name, { name, expression });
      return expression;
    },
  };
}

/** A condition that a request must meet for a policy to apply. */
export interface CompiledCondition {
  readonly name: string;
  readonly expression: CompiledExpression;
}

export const compileConditions = (compiler: ExpressionCompiler, conditions: readonly NamedExpression[]): readonly CompiledCondition[] =>
  conditions.map(({ name, expression }) => ({ name, expression: compiler.compile(expression.trim(), CONDITION, { hasAuthorizer: true }) }));
