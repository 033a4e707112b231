import { semanticEqual } from '../../../base/equality.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../schema/field-error.ts';
import { pathSegmentName, subdomainName } from '../../validation/name-rules.ts';
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from './role-binding.ts';

const GROUP = 'rbac.authorization.k8s.io';
type AnyBinding = RoleBinding | ClusterRoleBinding;

/** Users and groups are of the RBAC group, service accounts of the core group: so a manifest need not say. */
function setDefaults(binding: AnyBinding): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= GROUP;
  for (const subject of binding.subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = GROUP;
  }
}

function checkRoleRef(errors: FieldError[], reference: RoleRef | undefined, kinds: readonly string[]): void {
  const { apiGroup = '', kind = '', name = '' } = reference ?? {};
  if (apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  for (const fault of pathSegmentName(name, false)) errors.push(invalid('roleRef.name', name, fault));
}

function checkSubject(errors: FieldError[], subject: Subject, namespaced: boolean, field: string): void {
  const { name = '', kind = '', apiGroup = '' } = subject;
  if (name === '') errors.push(required(`${field}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') for (const fault of subdomainName(name, false)) errors.push(invalid(`${field}.name`, name, fault));
      if (apiGroup !== '') errors.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
      if (!namespaced && !subject.namespace) errors.push(required(`${field}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(notSupported(`${field}.apiGroup`, apiGroup, [GROUP]));
      break;
    default:
      errors.push(notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
}

function validate(binding: AnyBinding, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  checkRoleRef(errors, binding.roleRef, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']);
  binding.subjects?.forEach((subject, i) => {
    checkSubject(errors, subject, namespaced, `subjects[${i}]`);
  });
  return errors;
}

/** What a binding grants is settled when it is made: who may change its subjects need not hold what it grants. */
function validateUpdate(binding: AnyBinding, old: AnyBinding, namespaced: boolean): FieldError[] {
  const errors = validate(binding, namespaced);
  if (!semanticEqual(binding.roleRef, old.roleRef)) errors.push(invalid('roleRef', binding.roleRef, 'cannot change roleRef'));
  return errors;
}

export const roleBindingStrategy: Strategy<RoleBinding> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  default: setDefaults,
  validate: (binding) => validate(binding, true),
  validateUpdate: (binding, old) => validateUpdate(binding, old, true),
};

export const clusterRoleBindingStrategy: Strategy<ClusterRoleBinding> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  default: setDefaults,
  validate: (binding) => validate(binding, false),
  validateUpdate: (binding, old) => validateUpdate(binding, old, false),
};
