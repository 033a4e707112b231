import { goNumber, goTypeOf } from '../../../base/go-format.ts';
import { isObject } from '../../../base/json.ts';
import type { ScaleSubresource } from '../../definition/kind.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';

const MAX_INT32 = 2 ** 31 - 1;

/** Prints a value as Go's %v does. */
function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (!isObject(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map((key) => `${key}:${goValue(value[key])}`).join(' ')}]`;
}

type Found = { readonly value: unknown } | { readonly fault: string };

/** Reads the value at a path of fields; undefined if it is not there. */
function nested(object: unknown, path: string, type: 'int64' | 'string'): Found {
  const fields = path.replace(/^\./, '').split('.');
  let value = object;
  for (const [i, field] of fields.entries()) {
    if (value === null || value === undefined) return { value: undefined };
    if (!isObject(value)) {
      return {
        fault: `.${fields.slice(0, i + 1).join('.')} accessor error: ${goValue(value)} is of the type ${goTypeOf(value)}, expected map[string]interface{}`,
      };
    }
    if (!Object.hasOwn(value, field)) return { value: undefined };
    value = value[field];
  }
  if (goTypeOf(value) === type) return { value };
  return { fault: `.${fields.join('.')} accessor error: ${goValue(value)} is of the type ${goTypeOf(value)}, expected ${type}` };
}

function checkReplicas(object: unknown, path: string, errors: FieldError[]): void {
  const found = nested(object, path, 'int64');
  if ('fault' in found) errors.push(invalid(path, 0, found.fault));
  else if (Number(found.value ?? 0) < 0) errors.push(invalid(path, found.value, 'should be a non-negative integer'));
  else if (Number(found.value ?? 0) > MAX_INT32) errors.push(invalid(path, found.value, `should be less than or equal to ${MAX_INT32}`));
}

/** Reports a number of wanted replicas that no Scale can show. */
export function checkScaleSpec(object: unknown, { specReplicasPath }: ScaleSubresource, errors: FieldError[]): void {
  checkReplicas(object, specReplicasPath, errors);
}

/** Reports a number of observed replicas, or a selector, that no Scale can show. */
export function checkScaleStatus(object: unknown, { statusReplicasPath, labelSelectorPath }: ScaleSubresource, errors: FieldError[]): void {
  checkReplicas(object, statusReplicasPath, errors);
  if (labelSelectorPath === undefined) return;
  const found = nested(object, labelSelectorPath, 'string');
  if ('fault' in found) errors.push(invalid(labelSelectorPath, '', found.fault));
}
