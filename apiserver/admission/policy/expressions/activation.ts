import { lazyStructure } from '../../../../api/cel/json-values.ts';
import type { Variables } from '../../../../base/cel/program.ts';
import { evaluateAsync } from '../../../../base/cel/suspension.ts';
import { objectType } from '../../../../base/cel/types.ts';
import type { Value } from '../../../../base/cel/values.ts';
import { EvaluationError } from '../../../../base/cel/values.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { CompiledExpression } from './policy-environment.ts';

/** The cost that the expressions of one policy may come to at one binding, and its match conditions by themselves. */
export const COST_BUDGET = 10_000_000;
export const MATCH_COST_BUDGET = 2_500_000;

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** The budget of a policy is used up: none of its further expressions is evaluated. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget';
  constructor() {
    super(OUT_OF_BUDGET);
  }
}

/** The outcome of one expression. */
export interface Evaluation {
  readonly value?: Value;
  /** The fault of the expression, or of its evaluation, in upstream's words. */
  readonly error?: string;
  readonly seconds: number;
}

/** A variable of a policy. */
export interface PolicyVariable {
  readonly name: string;
  readonly expression: CompiledExpression;
}

const TYPE = objectType('kubernetes.variables');

/** Evaluates the expressions of one policy for one request, within a budget. */
export interface Run {
  /** @throws OutOfBudget */
  evaluate(expression: CompiledExpression): Promise<Evaluation>;
  /** The part of the budget that is left. */
  readonly remaining: number;
}

/**
 * Begins to evaluate: `known` are the variables of the request, `variables` those of the policy, each of which is evaluated where it is first
 * read, and once per run.
 */
export function startRun(known: Variables, variables: ReadonlyMap<string, PolicyVariable>, budget: number, clock: Clock): Run {
  const activation: Record<string, Variables[string]> = { ...known };
  let remaining = budget;
  /** The cost of the variables that the present expression has read first. */
  let composed = 0;

  function evaluated({ name, expression }: PolicyVariable): Value {
    const failed = (how: string) => new EvaluationError(`composited variable ${JSON.stringify(name)} fails to ${how}`);
    if (!expression.program) throw failed(`compile: ${expression.fault}`);
    const outcome = expression.program.evaluate(activation);
    composed += outcome.cost;
    if (outcome.error) throw failed(`evaluate: ${outcome.error.message}`);
    return outcome.value;
  }

  function charge(cost: number): void {
    if (cost > remaining) throw new OutOfBudget();
    remaining -= cost;
  }

  activation.variables = lazyStructure(TYPE, new Map([...variables].map(([name, variable]) => [name, () => evaluated(variable)])));
  return {
    get remaining() {
      return remaining;
    },
    async evaluate({ source, program, fault }) {
      if (!program) return { error: `compilation error: ${fault}`, seconds: 0 };
      const began = clock.monotonic();
      const outcome = await evaluateAsync(program, activation);
      const seconds = (clock.monotonic() - began) / 1_000;
      charge(composed);
      composed = 0;
      charge(outcome.cost);
      if (outcome.error) return { error: `expression '${source}' resulted in error: ${outcome.error.message}`, seconds };
      return { value: outcome.value, seconds };
    },
  };
}
