import type { FieldError } from '../../schema/field-error.ts';
import { required, tooMany } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { checkChoice, checkOptionalChoice } from '../../validation/field-rules.ts';
import type { Container, ContainerRestartRule } from './container.ts';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;

/** Checks a container's own restart policy, and the exit codes that change it (KEP-5307). */
export function checkContainerRestartRules(errors: FieldError[], container: Container, path: FieldPath): void {
  checkOptionalChoice(errors, container.restartPolicy, ['Always', 'Never', 'OnFailure'], path, 'restartPolicy');
  const rules = container.restartPolicyRules ?? [];
  if (rules.length === 0) return;
  const rulesPath = childPath(path, 'restartPolicyRules');
  if (container.restartPolicy === undefined)
    errors.push(required(pathText(path, 'restartPolicy'), 'must specify restartPolicy when restart rules are used'));
  if (rules.length > MAX_RULES) errors.push(tooMany(pathText(rulesPath), rules.length, MAX_RULES));
  rules.forEach((rule, i) => {
    checkRule(errors, rule, indexPath(rulesPath, i));
  });
}

function checkRule(errors: FieldError[], rule: ContainerRestartRule, path: FieldPath): void {
  checkChoice(errors, rule.action, ['Restart', 'RestartAllContainers'], path, 'action');
  if (!rule.exitCodes) {
    errors.push(required(pathText(path, 'exitCodes'), 'must be specified'));
    return;
  }
  const at = childPath(path, 'exitCodes');
  checkChoice(errors, rule.exitCodes.operator, ['In', 'NotIn'], at, 'operator');
  const values = rule.exitCodes.values ?? [];
  if (values.length > MAX_EXIT_CODES) errors.push(tooMany(pathText(at, 'values'), values.length, MAX_EXIT_CODES));
}
