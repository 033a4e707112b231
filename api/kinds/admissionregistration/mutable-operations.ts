import type { FieldError } from '../../schema/field-error.ts';
import { notSupported } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import type { MatchResources } from './match-resources.ts';
import { checkMatchResources } from './match-resources.ts';

/** A deletion has no object that a policy could change. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** Checks the rules and selectors of a mutating policy or its binding: as those of others, but for the operations. */
export function checkMutableResources(errors: FieldError[], resources: MatchResources, path: FieldPath): void {
  checkMatchResources(errors, resources, path);
  for (const { operations = [] } of resources.resourceRules ?? []) {
    for (const one of operations) {
      if (!OPERATIONS.includes(one)) errors.push(notSupported(pathText(path, 'resourceRules', 'operations'), one, OPERATIONS));
    }
  }
}
