import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { paramKindText } from '../param.ts';
import { mutatingAdmissionPolicyStrategy } from './rules.ts';
import { MutatingAdmissionPolicy } from './schema.ts';

const columns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  shown('Mutations', 'Number of changes.', ({ spec }) => spec?.mutations?.length ?? 0, 'integer'),
  shown('ParamKind', 'The kind of the objects that parametrise the policy.', ({ spec }) => paramKindText(spec?.paramKind)),
  ageColumn,
];

export const mutatingAdmissionPolicies = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  namespaced: false,
  categories: ['api-extensions'],
  schema: MutatingAdmissionPolicy,
  columns,
  strategy: mutatingAdmissionPolicyStrategy,
});

export type { Mutation } from './schema.ts';
export { MutatingAdmissionPolicy } from './schema.ts';
