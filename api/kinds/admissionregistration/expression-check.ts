import type { ExpressionCheck } from './match-condition.ts';

let compiler: ExpressionCheck | undefined;

/** Gives the compiler of match conditions to the rules of the kinds. The API server does, before it validates the first object that has any. */
export function useExpressionCompiler(check: ExpressionCheck): void {
  compiler = check;
}

/** Compiles a match condition; without a compiler every expression passes. */
export const compileMatchCondition: ExpressionCheck = (errors, expression, field) => compiler?.(errors, expression, field);
