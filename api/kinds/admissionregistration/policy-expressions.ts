/** The use of an expression, which decides what it may name and what it must evaluate to. */
export type ExpressionUse = 'validation' | 'message' | 'audit annotation' | 'apply configuration' | 'JSON patch';

/** Compiles the expressions of one policy. Every function returns upstream's text of the fault, or undefined if there is none. */
export interface PolicyCompiler {
  /** Compiles a match condition, which knows no variables. */
  condition(expression: string): string | undefined;
  /** Compiles a variable. From then on further variables and other expressions know it. */
  variable(name: string, expression: string): string | undefined;
  compile(expression: string, use: ExpressionUse): string | undefined;
}

export interface PolicyCompilerOptions {
  readonly hasParams: boolean;
  /** Whether `variables` is declared, though there may be none. */
  readonly hasVariables: boolean;
}

export type PolicyCompilerFactory = (options: PolicyCompilerOptions) => PolicyCompiler;

const UNCHECKED: PolicyCompiler = { condition: () => undefined, variable: () => undefined, compile: () => undefined };

let factory: PolicyCompilerFactory | undefined;

/** Gives the compiler of policies to the rules of the kinds. The API server does, before it validates the first policy. */
export function usePolicyCompiler(compiler: PolicyCompilerFactory): void {
  factory = compiler;
}

/** Returns a compiler for one policy; where there is none, every expression passes. */
export const policyCompiler: PolicyCompilerFactory = (options) => factory?.(options) ?? UNCHECKED;
