import type { CustomResourceDefinition, JSONSchemaProps } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';

/** A rule in CEL, and the way its failure is reported. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  /** Makes the message, where it depends on the value; `message` stands in if it fails. */
  readonly messageExpression?: string;
  /** The field that is at fault, below the one that has the rule: `.name`. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
}

/** The constraints of one field, beyond its type. */
export interface Constraints extends Pick<JSONSchemaProps, 'enum' | 'maxItems' | 'maxLength' | 'maxProperties'> {
  readonly rules?: readonly Rule[];
  /** Bounds the values of a map. */
  readonly maxValueLength?: number;
}

/** Constraints by path from the root: `spec.ports[].name`; the root itself is the empty path. */
export type ConstraintsByPath = Readonly<Record<string, Constraints>>;

/** Adds constraints to the schema of a definition. @throws Error if there is no such field */
export function constrain(crd: CustomResourceDefinition, constraints: ConstraintsByPath): CustomResourceDefinition {
  for (const version of crd.spec.versions) {
    for (const [path, own] of Object.entries(constraints)) {
      let node = version.schema?.openAPIV3Schema;
      for (const step of path === '' ? [] : path.replaceAll('[]', '.[]').split('.')) node = step === '[]' ? node?.items : node?.properties?.[step];
      if (!node) throw new Error(`${crd.metadata?.name} has no field ${path} that rules could be put on`);
      apply(node, own);
    }
  }
  return crd;
}

function apply(node: JSONSchemaProps, { rules, maxValueLength, ...bounds }: Constraints): void {
  Object.assign(node, bounds);
  if (maxValueLength !== undefined && typeof node.additionalProperties === 'object') node.additionalProperties.maxLength = maxValueLength;
  if (rules) node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), ...rules];
}
