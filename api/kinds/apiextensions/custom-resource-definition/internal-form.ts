import { isObject } from '../../../../base/json.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema-props.ts';
import type { CustomResourceDefinitionVersion } from './schema.ts';

/** Values as upstream's errors show them: in the JSON of its internal types, which have no JSON names. */

const orNull = (value: unknown): unknown => value ?? null;

export const internalRule = (rule: ValidationRule): object => ({
  Rule: rule.rule ?? '',
  Message: rule.message ?? '',
  MessageExpression: rule.messageExpression ?? '',
  Reason: orNull(rule.reason),
  FieldPath: rule.fieldPath ?? '',
  OptionalOldSelf: orNull(rule.optionalOldSelf),
});

function schemas(map: Readonly<Record<string, JSONSchemaProps>> | undefined): unknown {
  if (!map) return null;
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((name) => [name, internalSchema(map[name])]),
  );
}

const list = (items: readonly JSONSchemaProps[] | undefined): unknown => (items ? items.map(internalSchema) : null);

const schemaOrBool = (value: JSONSchemaProps | boolean | undefined): unknown =>
  value === undefined ? null : { Allows: value !== false, Schema: typeof value === 'boolean' ? null : internalSchema(value) };

/** Returns a schema as apiextensions.JSONSchemaProps. */
export function internalSchema(schema: JSONSchemaProps | undefined): unknown {
  if (!schema) return null;
  const { items } = schema;
  return {
    ID: schema.id ?? '',
    Schema: schema.$schema ?? '',
    Ref: orNull(schema.$ref),
    Description: schema.description ?? '',
    Type: schema.type ?? '',
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? '',
    Title: schema.title ?? '',
    Default: orNull(schema.default),
    Maximum: orNull(schema.maximum),
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: orNull(schema.minimum),
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: orNull(schema.maxLength),
    MinLength: orNull(schema.minLength),
    Pattern: schema.pattern ?? '',
    MaxItems: orNull(schema.maxItems),
    MinItems: orNull(schema.minItems),
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: orNull(schema.multipleOf),
    Enum: orNull(schema.enum),
    MaxProperties: orNull(schema.maxProperties),
    MinProperties: orNull(schema.minProperties),
    Required: orNull(schema.required),
    Items: items === undefined ? null : { Schema: isObject(items) ? internalSchema(items) : null, JSONSchemas: null },
    AllOf: list(schema.allOf),
    OneOf: list(schema.oneOf),
    AnyOf: list(schema.anyOf),
    Not: schema.not ? internalSchema(schema.not) : null,
    Properties: schemas(schema.properties),
    AdditionalProperties: schemaOrBool(schema.additionalProperties),
    PatternProperties: schemas(schema.patternProperties),
    Dependencies: orNull(schema.dependencies),
    AdditionalItems: schemaOrBool(schema.additionalItems),
    Definitions: schemas(schema.definitions),
    ExternalDocs: schema.externalDocs ? { Description: schema.externalDocs.description ?? '', URL: schema.externalDocs.url ?? '' } : null,
    Example: orNull(schema.example),
    XPreserveUnknownFields: orNull(schema['x-kubernetes-preserve-unknown-fields']),
    XEmbeddedResource: schema['x-kubernetes-embedded-resource'] ?? false,
    XIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: orNull(schema['x-kubernetes-list-map-keys']),
    XListType: orNull(schema['x-kubernetes-list-type']),
    XMapType: orNull(schema['x-kubernetes-map-type']),
    XValidations: schema['x-kubernetes-validations']?.map(internalRule) ?? null,
  };
}

/** Returns a version without the parts that all versions share. */
export function internalVersion(version: CustomResourceDefinitionVersion): object {
  const { subresources, additionalPrinterColumns: columns, selectableFields: fields } = version;
  const scale = subresources?.scale;
  return {
    Name: version.name ?? '',
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: orNull(version.deprecationWarning),
    Schema: version.schema ? { OpenAPIV3Schema: internalSchema(version.schema.openAPIV3Schema) } : null,
    Subresources: subresources
      ? {
          Status: orNull(subresources.status),
          Scale: scale
            ? {
                SpecReplicasPath: scale.specReplicasPath ?? '',
                StatusReplicasPath: scale.statusReplicasPath ?? '',
                LabelSelectorPath: orNull(scale.labelSelectorPath),
              }
            : null,
        }
      : null,
    AdditionalPrinterColumns:
      columns?.map((column) => ({
        Name: column.name ?? '',
        Type: column.type ?? '',
        Format: column.format ?? '',
        Description: column.description ?? '',
        Priority: column.priority ?? 0,
        JSONPath: column.jsonPath ?? '',
      })) ?? null,
    SelectableFields: fields?.map(({ jsonPath }) => ({ JSONPath: jsonPath ?? '' })) ?? null,
  };
}
