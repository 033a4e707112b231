import { ageColumn, nameColumn, selectorText, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { networkPolicyStrategy } from './rules.ts';
import { NetworkPolicy } from './schema.ts';

export { NetworkPolicy } from './schema.ts';

const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  shown('Pod-Selector', 'The pods that the policy is about.', ({ spec }) => selectorText(spec?.podSelector)),
  ageColumn,
];

export const networkPolicies = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
  shortNames: ['netpol'],
  schema: NetworkPolicy,
  columns: networkPolicyColumns,
  strategy: networkPolicyStrategy,
});
