import type { Field, Infer } from '../../../schema/fields.ts';
import { anyValue, atomicList, boolean, int64, listMap, map, number, ref, string, struct } from '../../../schema/fields.ts';

const ExternalDocumentation = struct('ExternalDocumentation', 'Documentation elsewhere.', {
  description: string('What is found there.').optional(),
  url: string('Where it is.').optional(),
});

export const ValidationRule = struct('ValidationRule', 'A condition in the Common Expression Language.', {
  fieldPath: string('Path of the field that a failure is reported for.').optional(),
  message: string('What to say when the rule fails.').optional(),
  messageExpression: string('Expression that makes the message.').optional(),
  optionalOldSelf: boolean('Run the rule also where there is no old value; oldSelf is then optional.', { presence: 'pointer' }).optional(),
  reason: string('Machine-readable reason of the failure.', { presence: 'pointer', goType: 'FieldValueErrorReason' }).optional(),
  rule: string('The expression: self is the value, oldSelf the value before an update.'),
});
export type ValidationRule = Infer<typeof ValidationRule>;

const scalars = {
  $ref: string('Not allowed in custom resources.', { presence: 'pointer' }).optional(),
  $schema: string('Not allowed in custom resources.').optional(),
  default: anyValue('Value for an absent field.', { presence: 'pointer' }).optional(),
  description: string('What the value is for; kubectl explain shows it.').optional(),
  enum: atomicList(anyValue(), 'Values that are allowed.').optional(),
  example: anyValue('An example of a value.', { presence: 'pointer' }).optional(),
  exclusiveMaximum: boolean('Whether the maximum itself is too much.').optional(),
  exclusiveMinimum: boolean('Whether the minimum itself is too little.').optional(),
  externalDocs: ref(ExternalDocumentation, 'Documentation elsewhere.').optional(),
  format: string('Refines the type: int32, int64, date-time, byte, ipv4 and others; unknown ones are ignored.').optional(),
  id: string('Not allowed in custom resources.').optional(),
  maxItems: int64('Most items of a list.', { presence: 'pointer' }).optional(),
  maxLength: int64('Most characters of a string.', { presence: 'pointer' }).optional(),
  maxProperties: int64('Most keys of an object.', { presence: 'pointer' }).optional(),
  maximum: number('Largest number.', { presence: 'pointer' }).optional(),
  minItems: int64('Fewest items of a list.', { presence: 'pointer' }).optional(),
  minLength: int64('Fewest characters of a string.', { presence: 'pointer' }).optional(),
  minProperties: int64('Fewest keys of an object.', { presence: 'pointer' }).optional(),
  minimum: number('Smallest number.', { presence: 'pointer' }).optional(),
  multipleOf: number('What a number must be a multiple of.', { presence: 'pointer' }).optional(),
  nullable: boolean('Whether null is a value; otherwise it is dropped or refused.').optional(),
  pattern: string('Regular expression that a string must match.').optional(),
  required: atomicList(string(), 'Fields that must be there.').optional(),
  title: string('Short name of the value.').optional(),
  type: string('object, array, string, integer, number or boolean.').optional(),
  uniqueItems: boolean('Must be false: use x-kubernetes-list-type.').optional(),
  'x-kubernetes-embedded-resource': boolean('The value is an object with apiVersion, kind and metadata, which are checked.').optional(),
  'x-kubernetes-int-or-string': boolean('The value is a number or a string.').optional(),
  'x-kubernetes-list-map-keys': atomicList(string(), 'Fields that tell the items of a list of type map apart.').optional(),
  'x-kubernetes-list-type': string('atomic, set or map: how a list is merged, and what must be unique.', { presence: 'pointer' }).optional(),
  'x-kubernetes-map-type': string('granular or atomic: how an object is merged.', { presence: 'pointer' }).optional(),
  'x-kubernetes-preserve-unknown-fields': boolean('Keep fields that the schema does not name.', { presence: 'pointer' }).optional(),
  'x-kubernetes-validations': listMap(ValidationRule, ['rule'], 'Conditions in the Common Expression Language.', {
    goType: 'ValidationRules',
  }).optional(),
};

const Scalars = struct('JSONSchemaScalars', '', scalars);

/** JSON Schema as CustomResourceDefinitions write it (draft 4 subset with the x-kubernetes extensions). */
export interface JSONSchemaProps extends Infer<typeof Scalars> {
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

export const JSONSchemaProps: Field<JSONSchemaProps> = struct(
  'JSONSchemaProps',
  'A schema: JSON Schema as OpenAPI v3 has it, and what Kubernetes adds.',
  {
    ...scalars,
    get additionalItems() {
      return anyValue<JSONSchemaProps | boolean>('Not allowed in custom resources.', { presence: 'pointer' }).optional();
    },
    get additionalProperties() {
      return anyValue<JSONSchemaProps | boolean>('Schema of the values of a map, or whether other fields are allowed.', {
        presence: 'pointer',
        parsedAs: JSONSchemaProps,
      }).optional();
    },
    get allOf() {
      return atomicList(JSONSchemaProps, 'Schemas that must all hold.').optional();
    },
    get anyOf() {
      return atomicList(JSONSchemaProps, 'Schemas of which one must hold.').optional();
    },
    get definitions() {
      return map(JSONSchemaProps, 'Not allowed in custom resources.').optional();
    },
    get dependencies() {
      return map(anyValue<JSONSchemaProps | string[]>(), 'Not allowed in custom resources.').optional();
    },
    get items() {
      return anyValue<JSONSchemaProps>('Schema of the items of a list.', { presence: 'pointer', parsedAs: JSONSchemaProps }).optional();
    },
    get not() {
      return ref(JSONSchemaProps, 'Schema that must not hold.').optional();
    },
    get oneOf() {
      return atomicList(JSONSchemaProps, 'Schemas of which exactly one must hold.').optional();
    },
    get patternProperties() {
      return map(JSONSchemaProps, 'Not allowed in custom resources.').optional();
    },
    get properties() {
      return map(JSONSchemaProps, 'Schemas of the fields of an object.').optional();
    },
  },
);
