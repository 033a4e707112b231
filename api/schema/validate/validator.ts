import type { FieldError } from '../field-error.ts';
import type { Correlation } from './correlation.ts';

/**
 * Reports the faults of a value in kube-apiserver's words for custom resources: if `spec.replicas` must be an integer, the error is
 * `Invalid value: "string": spec.replicas in body must be of type integer: "string"`. The root's path is empty.
 *
 * With a correlation, faults of values that have not changed are left out (ratcheting). The result counts the checks that passed: of the
 * branches of a junctor that fail, the one with the highest count is reported.
 */
export type Validator = (value: unknown, path: string, errors: FieldError[], old?: Correlation) => number;
