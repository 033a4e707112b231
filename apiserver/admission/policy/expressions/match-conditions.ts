import { joined } from '../../admitted.ts';
import type { Evaluation, Run } from './activation.ts';
import { OutOfBudget } from './activation.ts';
import type { CompiledCondition } from './compiled-policy.ts';

/** Whether a request meets the conditions of a policy; `error` if that cannot be told. */
export type ConditionsOutcome = Observed & ({ readonly matches: boolean; readonly error?: undefined } | { readonly error: string });

interface Observed {
  /** The number of conditions that could not be evaluated, of those up to the first false one. */
  readonly failed: number;
  readonly seconds: number;
}

/**
 * Evaluates the conditions of a policy. One that is false excludes the request, whatever errors others have; of errors the failure policy
 * makes an error, or an exclusion if it is Ignore.
 */
export async function evaluateConditions(run: Run, conditions: readonly CompiledCondition[], isIgnored: boolean): Promise<ConditionsOutcome> {
  const faults: string[] = [];
  const outcomes: Evaluation[] = [];
  const observed = () => ({ failed: faults.length, seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0) });
  try {
    // As upstream: all of them are evaluated before the first is looked at, and may use up the budget.
    for (const { expression } of conditions) outcomes.push(await run.evaluate(expression));
    for (const { value, error } of outcomes) {
      if (error !== undefined) faults.push(error);
      else if (value === false) return { matches: false, ...observed() };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    faults.push(error.message);
  }
  if (faults.length === 0) return { matches: true, ...observed() };
  return isIgnored ? { matches: false, ...observed() } : { error: joined(faults), ...observed() };
}
