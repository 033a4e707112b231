import type { SuccessPolicy } from '../../../api/kinds/batch/job/schema.ts';
import type { Indexes } from './indexes.ts';
import { countCommon, countIndexes, parseIndexes } from './indexes.ts';

/** Returns the message of the first rule that the succeeded indexes meet; undefined if they meet none. */
export function metRule(policy: SuccessPolicy | undefined, completions: number, succeeded: Indexes): string | undefined {
  if (!policy || succeeded.length === 0) return undefined;
  const at = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && countIndexes(succeeded) >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, completions);
    if (wanted.length === 0) return false;
    const met = countCommon(wanted, succeeded);
    return met === countIndexes(wanted) || (succeededCount !== undefined && met >= succeededCount);
  });
  return at < 0 ? undefined : `Matched rules at index ${at}`;
}
