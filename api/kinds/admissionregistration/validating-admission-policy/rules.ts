import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { checkConditions } from '../../../validation/conditions.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { byteLength, qualifiedNameFaults } from '../../../validation/name-rules.ts';
import { checkMatchResources } from '../match-resources.ts';
import { checkExpression, checkPolicySpec } from '../policy.ts';
import type { PolicyCompiler } from '../policy-expressions.ts';
import { policyCompiler } from '../policy-expressions.ts';
import type { AuditAnnotation, ExpressionWarning, ValidatingAdmissionPolicy, Validation } from './schema.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const NOTHING = 'validations or auditAnnotations must contain at least one item';
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION_BYTES = 5 * 1024;
const SPEC = rootPath('spec');
const STATUS = rootPath('status');

function checkMessage(errors: FieldError[], message: string, field: string): void {
  const trimmed = message.trim();
  if (message !== '' && trimmed === '') errors.push(invalid(field, message, 'message must be non-empty if specified'));
  else if (/[\n\r]/.test(trimmed)) errors.push(invalid(field, message, 'message must not contain line breaks'));
}

function checkValidation(errors: FieldError[], validation: Partial<Validation>, path: FieldPath, compiler: PolicyCompiler): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const field = (name: keyof Validation) => pathText(path, name);
  if (expression.trim() === '') errors.push(required(field('expression'), 'expression is not specified'));
  else checkExpression(errors, compiler.compile(expression, 'validation'), expression, field('expression'));
  if (messageExpression !== '') {
    if (messageExpression.trim() === '') errors.push(invalid(field('messageExpression'), messageExpression, 'must be non-empty if specified'));
    else checkExpression(errors, compiler.compile(messageExpression, 'message'), messageExpression, field('messageExpression'));
  }
  checkMessage(errors, message, field('message'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(field('reason'), reason, REASONS));
}

function checkAuditAnnotation(errors: FieldError[], name: string, annotation: AuditAnnotation, path: FieldPath, compiler: PolicyCompiler): void {
  const { key = '', valueExpression = '' } = annotation;
  if (name === '') errors.push(invalid(pathText(path, 'key'), key, 'requires metadata.name be non-empty'));
  else addFaults(errors, qualifiedNameFaults(`${name}/${key}`), `${name}/${key}`, path, 'key');
  const field = pathText(path, 'valueExpression');
  const trimmed = valueExpression.trim();
  if (trimmed === '') errors.push(required(field, 'valueExpression is not specified'));
  else if (byteLength(trimmed) > MAX_VALUE_EXPRESSION_BYTES) {
    errors.push(required(field, `must not exceed ${MAX_VALUE_EXPRESSION_BYTES} bytes in length`));
  } else checkExpression(errors, compiler.compile(trimmed, 'audit annotation'), valueExpression, field);
}

function checkAuditAnnotations(errors: FieldError[], name: string, annotations: readonly AuditAnnotation[], compiler: PolicyCompiler): void {
  const path = childPath(SPEC, 'auditAnnotations');
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    errors.push(invalid(pathText(path), annotations, `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`));
  }
  const keys = new Set<string>();
  checkEach(annotations, (annotation, i) => {
    const at = indexPath(path, i);
    checkAuditAnnotation(errors, name, annotation, at, compiler);
    if (keys.has(annotation.key)) errors.push(duplicate(pathText(at, 'key'), annotation.key));
    keys.add(annotation.key);
  });
}

function validate({ metadata, spec = {} }: ValidatingAdmissionPolicy, old?: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const { paramKind, variables = [], validations = [], auditAnnotations = [] } = spec;
  const compiler = policyCompiler({ hasParams: paramKind !== undefined, hasVariables: variables.length > 0 });
  checkPolicySpec(errors, spec, { old: old && (old.spec ?? {}), compiler, checkMatch: checkMatchResources });
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(required('spec.validations', NOTHING), required('spec.auditAnnotations', NOTHING));
  }
  checkEach(validations, (validation, i) => {
    checkValidation(errors, validation, indexPath(childPath(SPEC, 'validations'), i), compiler);
  });
  checkAuditAnnotations(errors, metadata?.name ?? '', auditAnnotations, compiler);
  return errors;
}

function checkWarning(errors: FieldError[], { warning = '', fieldRef = '' }: Partial<ExpressionWarning>, path: FieldPath): void {
  if (warning === '') errors.push(required(pathText(path, 'warning')));
  if (fieldRef.trim() === '') errors.push(required(pathText(path, 'fieldRef')));
}

function validateStatus({ status }: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const warnings = childPath(childPath(STATUS, 'typeChecking'), 'expressionWarnings');
  status?.typeChecking?.expressionWarnings?.forEach((warning, i) => {
    checkWarning(errors, warning, indexPath(warnings, i));
  });
  checkConditions(errors, status?.conditions ?? [], childPath(STATUS, 'conditions'));
  return errors;
}

/** The rules of upstream's pkg/apis/admissionregistration/validation. */
export const validatingAdmissionPolicyStrategy: Strategy<ValidatingAdmissionPolicy> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'], anyFinalizer: true },
  prepareForCreate(policy) {
    policy.status = {};
  },
  prepareForUpdate(policy, old) {
    policy.status = old.status;
  },
  prepareForStatusUpdate(policy, old) {
    policy.metadata = { ...old.metadata, managedFields: policy.metadata?.managedFields };
    policy.spec = old.spec;
  },
  validate: (policy) => validate(policy),
  validateUpdate: validate,
  validateStatusUpdate: validateStatus,
};
