import { loadRules } from '../../../cel/rules/loader.ts';
import { hasRules } from '../../../cel/schema.ts';
import type { KindAdmission } from '../../../definition/kind.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import type { CustomResourceDefinition } from './schema.ts';

/** Whether the definition has rules in CEL. */
export const usesRules = ({ spec }: CustomResourceDefinition): boolean =>
  (spec.versions ?? []).some(({ schema }) => {
    const root: JSONSchemaProps | undefined = schema?.openAPIV3Schema;
    return root !== undefined && hasRules(root);
  });

/** Loads CEL before the first definition with rules is validated. */
export const ruleLoading: KindAdmission<CustomResourceDefinition> = {
  name: 'CustomResourceRules',
  of: { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' },
  verbs: ['create', 'update'],
  async admit(definition) {
    if (usesRules(definition)) await loadRules();
  },
};
