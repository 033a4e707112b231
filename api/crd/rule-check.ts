import { rules } from '../cel/rules/loader.ts';
import type { RuleFindings, RuleValidator } from '../cel/rules/validator.ts';
import type { CelSchema } from '../cel/schema.ts';
import { hasRules } from '../cel/schema.ts';
import type { KubeObject } from '../meta/object.ts';
import type { FieldError, FieldErrorType } from '../schema/field-error.ts';
import { invalid } from '../schema/field-error.ts';

/**
 * The `x-kubernetes-validations` of a version, for its strategy: adds what they say to the errors of the schema, which must be complete.
 * `old` is the object before an update. What it leaves to `slowFaults` and `ruleWarnings` is found by the object.
 */
export type RuleCheck = (object: KubeObject, old: KubeObject | undefined, errors: FieldError[]) => void;

/** Rules may count on types, required fields and sizes: they do not run if one of these is wrong. */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNCHECKED = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** Failures of values that an update did not change, by object. */
const told = new WeakMap<object, readonly string[]>();
/** Checks that take longer than a turn, by object. */
const pending = new WeakMap<object, () => Promise<readonly FieldError[]>>();

/** Returns the check of a schema's rules. They are compiled when the first object comes, which `loadRules` must precede. */
export function ruleCheck(schema: CelSchema | undefined): RuleCheck {
  if (!schema || !hasRules(schema)) return () => undefined;
  let validator: RuleValidator | undefined;
  return (object, old, errors) => {
    // A missing name is reported with the metadata, and keeps rules from running too.
    if (!object.metadata?.name || errors.some(({ type }) => BLOCKING.has(type))) {
      errors.push(invalid('<nil>', null, UNCHECKED));
      return;
    }
    validator ??= rules().ruleValidator(schema);
    const found = validator?.atOnce(object, old);
    if (found) {
      for (const error of tell(object, found)) errors.push(error);
      return;
    }
    const long = validator;
    if (long) pending.set(object, async () => tell(object, await long.inTurns(object, old)));
  };
}

function tell(object: object, { errors, warnings }: RuleFindings): readonly FieldError[] {
  if (warnings.length > 0) told.set(object, warnings);
  return errors;
}

/** Returns what the rules say that took too long for one turn; undefined if there are none. */
export const slowFaults = (object: object): Promise<readonly FieldError[]> | undefined => pending.get(object)?.();

/** Returns the failures that rules found in values that the update did not change. */
export const ruleWarnings = (object: object): readonly string[] => told.get(object) ?? [];
