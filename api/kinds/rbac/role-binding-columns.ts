import { ageColumn, nameColumn, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { ClusterRoleBinding, RoleBinding } from './role-binding.ts';

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

export const roleBindingColumns = bindingColumns<RoleBinding>();
export const clusterRoleBindingColumns = bindingColumns<ClusterRoleBinding>();
