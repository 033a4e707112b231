import { goQuote } from '../../../base/go-format.ts';
import type { FieldError } from '../field-error.ts';
import type { StructuralSchema, ValueValidation } from '../structural.ts';
import { whole } from './scalars.ts';
import type { Validator } from './validator.ts';

/** Reports the faults of a value by anyOf, oneOf, allOf and not, and returns the checks that passed. */
type JunctorCheck = (value: unknown, path: string, errors: FieldError[]) => number;

interface Outcome {
  readonly errors: readonly FieldError[];
  readonly matched: number;
}

function tried(validate: Validator, value: unknown, path: string): Outcome {
  const errors: FieldError[] = [];
  return { matched: validate(value, path, errors), errors };
}

/** Returns the junctors' check; undefined if there is none. Values within junctors are not correlated with older ones, as upstream. */
export function junctorCheck(
  { allOf, anyOf, oneOf, not }: ValueValidation,
  validatorOf: (schema: StructuralSchema) => Validator,
): JunctorCheck | undefined {
  if (!allOf?.length && !anyOf?.length && !oneOf?.length && !not) return undefined;
  const [all = [], any = [], one = []] = [allOf, anyOf, oneOf].map((schemas) => schemas?.map(validatorOf));
  const never = not && validatorOf(not);
  return (value, path, errors) => {
    let matched = 0;
    if (any.length > 0) matched += checkAny(any, value, path, errors);
    if (one.length > 0) matched += checkOne(one, value, path, errors);
    if (all.length > 0) matched += checkAll(all, value, path, errors);
    if (never && tried(never, value, path).errors.length === 0) errors.push(whole(`${goQuote(path)} must not validate the schema (not)`));
    return matched;
  };
}

function merge(outcome: Outcome | undefined, errors: FieldError[]): number {
  if (!outcome) return 0;
  for (const error of outcome.errors) errors.push(error);
  return outcome.matched;
}

const better = (best: Outcome | undefined, next: Outcome): Outcome => (best === undefined || next.matched > best.matched ? next : best);

function checkAny(branches: readonly Validator[], value: unknown, path: string, errors: FieldError[]): number {
  let best: Outcome | undefined;
  for (const branch of branches) {
    const outcome = tried(branch, value, path);
    if (outcome.errors.length === 0) return outcome.matched;
    best = better(best, outcome);
  }
  errors.push(whole(`${goQuote(path)} must validate at least one schema (anyOf)`));
  return merge(best, errors);
}

function checkOne(branches: readonly Validator[], value: unknown, path: string, errors: FieldError[]): number {
  let best: Outcome | undefined;
  let first: Outcome | undefined;
  let valid = 0;
  for (const branch of branches) {
    const outcome = tried(branch, value, path);
    if (outcome.errors.length === 0) {
      valid++;
      first ??= outcome;
      best = undefined;
    } else if (valid === 0) best = better(best, outcome);
  }
  if (valid === 1) return first?.matched ?? 0;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  errors.push(whole(`${goQuote(path)} must validate one and only one schema (oneOf). ${found}`));
  return merge(best, errors);
}

function checkAll(branches: readonly Validator[], value: unknown, path: string, errors: FieldError[]): number {
  let matched = 0;
  let valid = 0;
  for (const branch of branches) {
    const outcome = tried(branch, value, path);
    if (outcome.errors.length === 0) valid++;
    matched += merge(outcome, errors);
  }
  if (valid < branches.length) errors.push(whole(`${goQuote(path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`));
  return matched;
}
