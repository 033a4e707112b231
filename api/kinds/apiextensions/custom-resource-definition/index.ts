import { defaultColumns } from '../../../columns/cells.ts';
import { defineKind } from '../../../definition/kind.ts';
import { ruleLoading } from './rule-loading.ts';
import { customResourceDefinitionStrategy } from './rules.ts';
import { CustomResourceDefinition } from './schema.ts';

export { approvalOf, isProtectedGroup } from './approval.ts';
export { hasCondition } from './conditions.ts';
export { internalRule, internalSchema } from './internal-form.ts';
export { JSONSchemaProps } from './json-schema-props.ts';
export { usesRules } from './rule-loading.ts';
export * from './schema.ts';
export { checkSchema } from './schema-validation.ts';
export { schemaHas } from './schema-walk.ts';
export { structuralOfJsonSchema } from './structural-schema.ts';
export { NEW_DEFINITION } from './validation-options.ts';

export const customResourceDefinitions = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  scheme: 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:55',
  plural: 'customresourcedefinitions',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  schema: CustomResourceDefinition,
  columns: defaultColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  storagePrefix: 'apiextensions.k8s.io/customresourcedefinitions',
  strategy: customResourceDefinitionStrategy,
  admission: [ruleLoading],
});
