import { joined } from '../../admitted.ts';
import type { Evaluation, Run } from './activation.ts';
import { OutOfBudget } from './activation.ts';
import type { CompiledCondition } from './compiled-policy.ts';

/** Whether a request meets the conditions of a policy; `error` if that cannot be told. */
export type ConditionsOutcome = { readonly matches: boolean; readonly error?: undefined } | { readonly error: string };

/**
 * Evaluates the conditions of a policy. One that is false excludes the request, whatever errors others have; of errors the failure policy
 * makes an error, or an exclusion if it is Ignore.
 */
export async function evaluateConditions(run: Run, conditions: readonly CompiledCondition[], isIgnored: boolean): Promise<ConditionsOutcome> {
  const faults: string[] = [];
  try {
    // As upstream: all of them are evaluated before the first is looked at, and may use up the budget.
    const outcomes: Evaluation[] = [];
    for (const { expression } of conditions) outcomes.push(await run.evaluate(expression));
    for (const { value, error } of outcomes) {
      if (error !== undefined) faults.push(error);
      else if (value === false) return { matches: false };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    faults.push(error.message);
  }
  if (faults.length === 0) return { matches: true };
  return isIgnored ? { matches: false } : { error: joined(faults) };
}
