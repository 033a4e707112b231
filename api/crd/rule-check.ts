import { rules } from '../cel/rules/loader.ts';
import type { CelSchema } from '../cel/schema.ts';
import { hasRules } from '../cel/schema.ts';
import type { FieldError, FieldErrorType } from '../schema/field-error.ts';
import { invalid } from '../schema/field-error.ts';

/** The `x-kubernetes-validations` of a version, for its strategy. */
export interface RuleCheck {
  /** Adds what the rules say to the errors of the schema, which must be complete. `old` is the object before an update. */
  check(object: object, old: object | undefined, errors: FieldError[]): void;
  /** Returns the failures that `check` found in values that the update did not change. */
  warnings(object: object): readonly string[];
}

/** Rules may count on types, required fields and sizes: they do not run if one of these is wrong. */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
const NO_RULES: RuleCheck = { check: () => undefined, warnings: () => [] };

/** Returns the check of a schema's rules. They are compiled when the first object comes, which `loadRules` must precede. */
export function ruleCheck(schema: CelSchema | undefined): RuleCheck {
  if (!schema || !hasRules(schema)) return NO_RULES;
  let validate: ReturnType<ReturnType<typeof rules>['ruleValidator']>;
  const told = new WeakMap<object, readonly string[]>();
  return {
    check(object, old, errors) {
      if (errors.some(({ type }) => BLOCKING.has(type))) {
        errors.push(invalid('<nil>', null, UNCHECKED));
        return;
      }
      validate ??= rules().ruleValidator(schema);
      const found = validate?.(object, old);
      for (const error of found?.errors ?? []) errors.push(error);
      if (found && found.warnings.length > 0) told.set(object, found.warnings);
    },
    warnings: (object) => told.get(object) ?? [],
  };
}
