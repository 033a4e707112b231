/** A structural schema of a CustomResourceDefinition, as far as zod's schemas lead to one. */
export interface StructuralNode {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  description?: string;
  default?: unknown;
  nullable?: boolean;
  format?: string;
  enum?: readonly unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, StructuralNode>;
  required?: readonly string[];
  additionalProperties?: StructuralNode;
  items?: StructuralNode;
  allOf?: readonly { readonly pattern: string }[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-validations'?: readonly Validation[];
}

export interface Validation {
  readonly rule: string;
  readonly message: string;
  readonly reason?: string;
  readonly fieldPath?: string;
}
