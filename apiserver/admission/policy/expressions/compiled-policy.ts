import type { Environment } from '../../../../base/cel/program.ts';
import type { CelType } from '../../../../base/cel/types.ts';
import { DYN, listType, mapType } from '../../../../base/cel/types.ts';
import type { PolicyVariable } from './activation.ts';
import type { CompiledExpression, PolicyEnvironmentOptions, ResultTypes } from './policy-environment.ts';
import { CONDITION, compileExpression, policyEnvironment } from './policy-environment.ts';

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** The names that expressions of one use have beyond those of all. */
type Use = Pick<PolicyEnvironmentOptions, 'hasAuthorizer' | 'hasMutationTypes' | 'hasRequestResource'>;

/** Compiles the expressions of one policy. Variables are known to what is compiled after them. */
export interface ExpressionCompiler {
  variable(variable: NamedExpression): CompiledExpression;
  compile(source: string, types: ResultTypes, use: Use): CompiledExpression;
  /** Returns what expressions may name now. */
  environment(use: Use): Environment;
  readonly variables: ReadonlyMap<string, PolicyVariable>;
}

export interface ExpressionCompilerOptions {
  readonly hasParams: boolean;
  /** Whether `variables` is declared. */
  readonly hasVariables: boolean;
  /** The type of objects, where expressions are checked against one. Default: any. */
  readonly object?: CelType | undefined;
  readonly params?: CelType | undefined;
}

const DECLARED: ReadonlySet<string> = new Set('null bool int uint double string bytes timestamp duration list map'.split(' '));

/** Returns the type by which other expressions know a variable: structures and optional values may be anything, as upstream declares them. */
function declaredType(type: CelType): CelType {
  if (!DECLARED.has(type.kind)) return DYN;
  const [first = DYN, second] = type.params;
  if (type.kind === 'list') return listType(declaredType(first));
  return type.kind === 'map' ? mapType(declaredType(first), declaredType(second ?? DYN)) : type;
}

export function expressionCompiler(options: ExpressionCompilerOptions): ExpressionCompiler {
  const { hasParams, hasVariables, object, params } = options;
  const variables = new Map<string, PolicyVariable>();
  const typeOfVariable = (name: string): CelType | undefined => {
    const variable = variables.get(name);
    return variable && declaredType(variable.expression.program?.type ?? DYN);
  };
  const environment = (use: Use): Environment =>
    policyEnvironment({ ...use, hasParams, variable: hasVariables ? typeOfVariable : undefined, object, params });
  const compile = (source: string, types: ResultTypes, use: Use) => compileExpression(environment(use), source, types);
  return {
    variables,
    compile,
    environment,
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
