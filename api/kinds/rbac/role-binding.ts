import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, ref, string, topLevel } from '../../schema/fields.ts';
import { pathSegmentName, subdomainName } from '../../validation/name-rules.ts';

export const Subject = atomicStruct('Subject', 'Who a role is given to.', {
  apiGroup: string('Group of the subject: rbac.authorization.k8s.io for users and groups, empty for service accounts.').tag(2).optional(),
  kind: string('User, Group or ServiceAccount.').tag(1),
  name: string('Name of the subject.').tag(3),
  namespace: string('Namespace of a service account.').tag(4).optional(),
});
export type Subject = Infer<typeof Subject>;

export const RoleRef = atomicStruct('RoleRef', 'The role that is given.', {
  apiGroup: string('Group of the role.', { default: 'rbac.authorization.k8s.io', published: '' }).tag(1).optional(),
  kind: string('Role or ClusterRole.').tag(2),
  name: string('Name of the role.').tag(3),
});
export type RoleRef = Infer<typeof RoleRef>;

export const RoleBinding = topLevel('RoleBinding', 'Gives a role to users, groups or service accounts within a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  roleRef: ref(RoleRef, 'The role; never changes.').tag(3),
  subjects: atomicList(Subject, 'Who the role is given to.').tag(2).optional(),
});
export type RoleBinding = Infer<typeof RoleBinding>;

export const ClusterRoleBinding = topLevel('ClusterRoleBinding', 'Gives a ClusterRole to users, groups or service accounts in the whole cluster.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  roleRef: ref(RoleRef, 'The role; never changes.').tag(3),
  subjects: atomicList(Subject, 'Who the role is given to.').tag(2).optional(),
});
export type ClusterRoleBinding = Infer<typeof ClusterRoleBinding>;

const GROUP = 'rbac.authorization.k8s.io';
type AnyBinding = RoleBinding | ClusterRoleBinding;

/** Fills in the groups that a manifest may omit: users and groups are of the RBAC group, service accounts of the core group. */
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

/** The role of a binding is immutable: a user who may change its subjects need not hold its permissions. */
function validateUpdate(binding: AnyBinding, old: AnyBinding, namespaced: boolean): FieldError[] {
  const errors = validate(binding, namespaced);
  if (!semanticEqual(binding.roleRef, old.roleRef)) {
    // Upstream shows its internal form, whose names are Go's.
    const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
    errors.push(invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef'));
  }
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

type Binding = RoleBinding | ClusterRoleBinding;

const subjectsText = ({ subjects = [] }: Binding, kind: string): string =>
  subjects
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

const bindingColumns = <T extends Binding>(): readonly Column<T>[] => [
  nameColumn,
  shown('Role', 'The role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide('Users', 'The users it is given to.', (binding) => subjectsText(binding, 'User')),
  wide('Groups', 'The groups it is given to.', (binding) => subjectsText(binding, 'Group')),
  wide('ServiceAccounts', 'The service accounts it is given to.', (binding) => subjectsText(binding, 'ServiceAccount')),
];

const roleBindingColumns = bindingColumns<RoleBinding>();
const clusterRoleBindingColumns = bindingColumns<ClusterRoleBinding>();

export const roleBindings = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  schema: RoleBinding,
  columns: roleBindingColumns,
  strategy: roleBindingStrategy,
  createdByUpdate: true,
});

export const clusterRoleBindings = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  schema: ClusterRoleBinding,
  columns: clusterRoleBindingColumns,
  strategy: clusterRoleBindingStrategy,
  createdByUpdate: true,
});
