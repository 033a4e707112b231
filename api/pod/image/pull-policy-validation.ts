import type { FieldError } from '../../schema/field-error.ts';
import { notSupported, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';

export const PULL_POLICIES: readonly string[] = ['Always', 'IfNotPresent', 'Never'];

export function checkPullPolicy(errors: FieldError[], policy: string | undefined, path: FieldPath): void {
  if (!policy) errors.push(required(pathText(path, 'pullPolicy')));
  else if (!PULL_POLICIES.includes(policy)) errors.push(notSupported(pathText(path, 'pullPolicy'), policy, PULL_POLICIES));
}
