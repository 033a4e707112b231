import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { paramKindText } from '../param.ts';
import { validatingAdmissionPolicyStrategy } from './rules.ts';
import { ValidatingAdmissionPolicy } from './schema.ts';

const columns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  shown('Validations', 'Number of conditions that an admitted request meets.', ({ spec }) => spec?.validations?.length ?? 0, 'integer'),
  shown('ParamKind', 'The kind of the objects that parametrise the policy.', ({ spec }) => paramKindText(spec?.paramKind)),
  ageColumn,
];

export const validatingAdmissionPolicies = defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
  categories: ['api-extensions'],
  schema: ValidatingAdmissionPolicy,
  columns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: validatingAdmissionPolicyStrategy,
});

export type { AuditAnnotation, ExpressionWarning, Validation } from './schema.ts';
export { ValidatingAdmissionPolicy } from './schema.ts';
