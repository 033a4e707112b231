import type { z } from 'zod';
import type { Infer } from '../schema/fields.ts';
import { anyValue, boolean, int64, list, listMap, map, number, string, struct } from '../schema/fields.ts';

const ExternalDocumentation = struct('ExternalDocumentation', { description: string().optional(), url: string().optional() });

export const ValidationRule = struct('ValidationRule', {
  fieldPath: string().optional(),
  message: string().optional(),
  messageExpression: string().optional(),
  optionalOldSelf: boolean().optional(),
  reason: string().optional(),
  rule: string(),
});
export type ValidationRule = Infer<typeof ValidationRule>;

const scalars = {
  $ref: string().optional(),
  $schema: string().optional(),
  default: anyValue().optional(),
  description: string().optional(),
  enum: list(anyValue()).optional(),
  example: anyValue().optional(),
  exclusiveMaximum: boolean().optional(),
  exclusiveMinimum: boolean().optional(),
  externalDocs: ExternalDocumentation.optional(),
  format: string().optional(),
  id: string().optional(),
  maxItems: int64().optional(),
  maxLength: int64().optional(),
  maxProperties: int64().optional(),
  maximum: number().optional(),
  minItems: int64().optional(),
  minLength: int64().optional(),
  minProperties: int64().optional(),
  minimum: number().optional(),
  multipleOf: number().optional(),
  nullable: boolean().optional(),
  pattern: string().optional(),
  required: list(string()).optional(),
  title: string().optional(),
  type: string().optional(),
  uniqueItems: boolean().optional(),
  'x-kubernetes-embedded-resource': boolean().optional(),
  'x-kubernetes-int-or-string': boolean().optional(),
  'x-kubernetes-list-map-keys': list(string()).optional(),
  'x-kubernetes-list-type': string().optional(),
  'x-kubernetes-map-type': string().optional(),
  'x-kubernetes-preserve-unknown-fields': boolean().optional(),
  'x-kubernetes-validations': listMap(ValidationRule, ['rule']).optional(),
};

/** JSON Schema as CustomResourceDefinitions write it (draft 4 subset with the x-kubernetes extensions). */
export interface JSONSchemaProps extends Infer<z.ZodObject<typeof scalars>> {
  additionalItems?: JSONSchemaProps | boolean;
  additionalProperties?: JSONSchemaProps | boolean;
  allOf?: JSONSchemaProps[];
  anyOf?: JSONSchemaProps[];
  definitions?: Record<string, JSONSchemaProps>;
  dependencies?: Record<string, JSONSchemaProps | string[]>;
  items?: JSONSchemaProps;
  not?: JSONSchemaProps;
  oneOf?: JSONSchemaProps[];
  patternProperties?: Record<string, JSONSchemaProps>;
  properties?: Record<string, JSONSchemaProps>;
}

export const JSONSchemaProps: z.ZodType<JSONSchemaProps> = struct('JSONSchemaProps', {
  ...scalars,
  get additionalItems() {
    return anyValue().optional();
  },
  get additionalProperties() {
    return anyValue().optional();
  },
  get allOf() {
    return list(JSONSchemaProps).optional();
  },
  get anyOf() {
    return list(JSONSchemaProps).optional();
  },
  get definitions() {
    return map(JSONSchemaProps).optional();
  },
  get dependencies() {
    return map(anyValue()).optional();
  },
  get items() {
    return JSONSchemaProps.optional();
  },
  get not() {
    return JSONSchemaProps.optional();
  },
  get oneOf() {
    return list(JSONSchemaProps).optional();
  },
  get patternProperties() {
    return map(JSONSchemaProps).optional();
  },
  get properties() {
    return map(JSONSchemaProps).optional();
  },
});
