import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { checkChoice } from '../../validation/field-rules.ts';
import type { ContainerResizePolicy } from './container.ts';

export function checkResizePolicy(
  errors: FieldError[],
  policies: readonly ContainerResizePolicy[],
  restartPolicy: string | undefined,
  parent: FieldPath,
): void {
  const seen = new Set<string>();
  policies.forEach((policy, i) => {
    if (seen.has(policy.resourceName)) errors.push(duplicate(`${pathText(parent, 'resizePolicy')}[${i}]`, policy.resourceName));
    seen.add(policy.resourceName);
    checkChoice(errors, policy.resourceName, ['cpu', 'memory'], parent, 'resizePolicy');
    checkChoice(errors, policy.restartPolicy, ['NotRequired', 'RestartContainer'], parent, 'resizePolicy');
    if (restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      errors.push(invalid(pathText(parent, 'resizePolicy'), policy.restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  });
}
