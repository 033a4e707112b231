import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { checkImmutable, NEGATIVE } from '../../validation/field-rules.ts';
import type { ControllerRevision } from './controller-revision.ts';

const isJsonObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function validate({ data, revision }: ControllerRevision): FieldError[] {
  const errors: FieldError[] = [];
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (!isJsonObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
  if ((revision ?? 0) < 0) errors.push(invalid('revision', revision, NEGATIVE));
  return errors;
}

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate,
  validateUpdate: (revision, old) => {
    const errors = validate(revision);
    checkImmutable(errors, revision.data, old.data, 'data');
    return errors;
  },
};
