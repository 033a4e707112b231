import type { FieldError } from '../schema/field-error.ts';
import { invalid } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { pathText } from './field-path.ts';

export const FILE_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

const hasBackstep = (path: string): boolean => path.includes('..') && path.split('/').includes('..');

/** No `..` between the slashes: a path may not lead out of where it starts. */
export function checkNoBacksteps(errors: FieldError[], value: string, path: FieldPath, name: string): void {
  if (hasBackstep(value)) errors.push(invalid(pathText(path, name), value, "must not contain '..'"));
}

/** Relative, and without `..`. */
export function checkDescendingPath(errors: FieldError[], value: string, path: FieldPath, name: string): void {
  if (value.startsWith('/')) errors.push(invalid(pathText(path, name), value, 'must be a relative path'));
  checkNoBacksteps(errors, value, path, name);
}

/** As checkDescendingPath; names that begin with `..` are the volume writer's own. */
export function checkProjectedPath(errors: FieldError[], value: string, path: FieldPath, name: string): void {
  checkDescendingPath(errors, value, path, name);
  if (value.startsWith('..') && !value.startsWith('../')) errors.push(invalid(pathText(path, name), value, "must not start with '..'"));
}

export function checkFileMode(errors: FieldError[], mode: number | undefined, path: FieldPath, name: string): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalid(pathText(path, name), mode, FILE_MODE));
}
