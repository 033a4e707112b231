import type { Infer } from '../../../schema/fields.ts';
import { anyValue, atomicList, boolean, type Field, int64, list, listMap, map, number, string, struct } from '../../../schema/fields.ts';

const ExternalDocumentation = struct('ExternalDocumentation', 'Documentation elsewhere.', {
  description: string('What is found there.').tag(1).optional(),
  url: string('Where it is.').tag(2).optional(),
});

export const ValidationRule = struct('ValidationRule', 'A condition in the Common Expression Language.', {
  fieldPath: string('Path of the field that a failure is reported for.').tag(5).optional(),
  message: string('What to say when the rule fails.').tag(2).optional(),
  messageExpression: string('Expression that makes the message.').tag(3).optional(),
  optionalOldSelf: boolean('Run the rule also where there is no old value; oldSelf is then optional.', { presence: 'pointer' }).tag(6).optional(),
  reason: string('Machine-readable reason of the failure.', {
    presence: 'pointer',
    goType: 'FieldValueErrorReason',
    enum: ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'],
  })
    .tag(4)
    .optional(),
  rule: string('The expression: self is the value, oldSelf the value before an update.').tag(1),
});
export type ValidationRule = Infer<typeof ValidationRule>;

const scalars = {
  $ref: string('Not allowed in custom resources.', { presence: 'pointer' }).tag(3).optional(),
  $schema: string('Not allowed in custom resources.').tag(2).optional(),
  default: anyValue('Value for an absent field.', { presence: 'pointer', title: 'JSON' }).tag(8).optional(),
  description: string('What the value is for; kubectl explain shows it.').tag(4).optional(),
  enum: atomicList(anyValue(undefined, { title: 'JSON' }), 'Values that are allowed.')
    .tag(20)
    .optional(),
  example: anyValue(undefined, { presence: 'pointer', title: 'JSON' }).tag(36).optional(),
  exclusiveMaximum: boolean('Whether the maximum itself is too much.').tag(10).optional(),
  exclusiveMinimum: boolean('Whether the minimum itself is too little.').tag(12).optional(),
  externalDocs: ExternalDocumentation.tag(35).optional(),
  format: string('Refines the type: int32, int64, date-time, byte, ipv4 and others; unknown ones are ignored.').tag(6).optional(),
  id: string('Not allowed in custom resources.').tag(1).optional(),
  maxItems: int64('Most items of a list.', { presence: 'pointer' }).tag(16).optional(),
  maxLength: int64('Most characters of a string.', { presence: 'pointer' }).tag(13).optional(),
  maxProperties: int64('Most keys of an object.', { presence: 'pointer' }).tag(21).optional(),
  maximum: number('Largest number.', { presence: 'pointer' }).tag(9).optional(),
  minItems: int64('Fewest items of a list.', { presence: 'pointer' }).tag(17).optional(),
  minLength: int64('Fewest characters of a string.', { presence: 'pointer' }).tag(14).optional(),
  minProperties: int64('Fewest keys of an object.', { presence: 'pointer' }).tag(22).optional(),
  minimum: number('Smallest number.', { presence: 'pointer' }).tag(11).optional(),
  multipleOf: number('What a number must be a multiple of.', { presence: 'pointer' }).tag(19).optional(),
  nullable: boolean('Whether null is a value; otherwise it is dropped or refused.').tag(37).optional(),
  pattern: string('Regular expression that a string must match.').tag(15).optional(),
  required: atomicList(string(), 'Fields that must be there.').tag(23).optional(),
  title: string('Short name of the value.').tag(7).optional(),
  type: string('object, array, string, integer, number or boolean.').tag(5).optional(),
  uniqueItems: boolean('Must be false: use x-kubernetes-list-type.').tag(18).optional(),
  'x-kubernetes-embedded-resource': boolean('The value is an object with apiVersion, kind and metadata, which are checked.').tag(39).optional(),
  'x-kubernetes-int-or-string': boolean('The value is a number or a string.').tag(40).optional(),
  'x-kubernetes-list-map-keys': atomicList(string(), 'Fields that tell the items of a list of type map apart.').tag(41).optional(),
  'x-kubernetes-list-type': string('atomic, set or map: how a list is merged, and what must be unique.', { presence: 'pointer' }).tag(42).optional(),
  'x-kubernetes-map-type': string('granular or atomic: how an object is merged.', { presence: 'pointer' }).tag(43).optional(),
  'x-kubernetes-preserve-unknown-fields': boolean('Keep fields that the schema does not name.', { presence: 'pointer' }).tag(38).optional(),
  'x-kubernetes-validations': listMap(ValidationRule, ['rule'], 'Conditions in the Common Expression Language.', {
    goType: 'ValidationRules',
  })
    .tag(44)
    .optional(),
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
      return anyValue<JSONSchemaProps | boolean>(undefined, {
        presence: 'pointer',
        union: { title: 'JSONSchemaPropsOrBool', boolean: boolean().tag(1), object: JSONSchemaProps.tag(2) },
      })
        .tag(33)
        .optional();
    },
    get additionalProperties() {
      return anyValue<JSONSchemaProps | boolean>(undefined, {
        presence: 'pointer',
        parsedAs: JSONSchemaProps,
        union: { title: 'JSONSchemaPropsOrBool', boolean: boolean().tag(1), object: JSONSchemaProps.tag(2) },
      })
        .tag(30)
        .optional();
    },
    get allOf() {
      return atomicList(JSONSchemaProps, 'Schemas that must all hold.').tag(25).optional();
    },
    get anyOf() {
      return atomicList(JSONSchemaProps, 'Schemas of which one must hold.').tag(27).optional();
    },
    get definitions() {
      return map(JSONSchemaProps, 'Not allowed in custom resources.').tag(34).optional();
    },
    get dependencies() {
      return map(
        anyValue<JSONSchemaProps | string[]>(undefined, {
          union: { title: 'JSONSchemaPropsOrStringArray', object: JSONSchemaProps.tag(1), list: list(string()).tag(2) },
        }),
        'Not allowed in custom resources.',
      )
        .tag(32)
        .optional();
    },
    get items() {
      return anyValue<JSONSchemaProps>(undefined, {
        presence: 'pointer',
        parsedAs: JSONSchemaProps,
        union: { title: 'JSONSchemaPropsOrArray', object: JSONSchemaProps.tag(1), list: list(JSONSchemaProps).tag(2) },
      })
        .tag(24)
        .optional();
    },
    get not() {
      return JSONSchemaProps.tag(28).optional();
    },
    get oneOf() {
      return atomicList(JSONSchemaProps, 'Schemas of which exactly one must hold.').tag(26).optional();
    },
    get patternProperties() {
      return map(JSONSchemaProps, 'Not allowed in custom resources.').tag(31).optional();
    },
    get properties() {
      return map(JSONSchemaProps, 'Schemas of the fields of an object.').tag(29).optional();
    },
  },
);
