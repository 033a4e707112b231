import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../schema/field-error.ts';
import type { CelSchema, Rule } from '../schema.ts';
import { normalizedPath } from './rule-path.ts';

const REASONS: readonly string[] = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const LINE_BREAK = /[\n\r]/;

/**
 * Returns the faults of the texts of a schema's rules, in the order of the rules. The rules themselves are checked by `checkRules`,
 * if nothing is wrong with the schema.
 */
export function checkRuleTexts(schema: CelSchema, path: string, errors: FieldError[]): void {
  schema['x-kubernetes-validations']?.forEach((rule, i) => {
    checkTexts(rule, schema, `${path}.x-kubernetes-validations[${i}]`, errors);
  });
}

function checkTexts(rule: Rule, schema: CelSchema, at: string, errors: FieldError[]): void {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const [text, said] = [rule.rule.trim(), message.trim()];
  if (text === '') errors.push(required(`${at}.rule`, 'rule is not specified'));
  else if (message !== '' && said === '') errors.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
  else if (LINE_BREAK.test(said)) errors.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
  else if (LINE_BREAK.test(text) && said === '') errors.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, REASONS));
  if (fieldPath === '') return;
  if (fieldPath.trim() === '') errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (LINE_BREAK.test(fieldPath)) errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (normalizedPath(fieldPath, schema) === undefined) errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must be a valid path'));
}
