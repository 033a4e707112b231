import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { anyValue, boolean, bytes, int32, int64, list, string, struct, time, topLevel } from '../schema/fields.ts';
import { JSONSchemaProps } from './json-schema-props.ts';

export const CustomResourceColumnDefinition = struct('CustomResourceColumnDefinition', {
  description: string().optional(),
  format: string().optional(),
  jsonPath: string(),
  name: string(),
  priority: int32().optional(),
  type: string(),
});
export type CustomResourceColumnDefinition = Infer<typeof CustomResourceColumnDefinition>;

export const ServiceReference = struct('ServiceReference', {
  name: string(),
  namespace: string(),
  path: string().optional(),
  port: int32().optional(),
});
export type ServiceReference = Infer<typeof ServiceReference>;

export const WebhookClientConfig = struct('WebhookClientConfig', {
  caBundle: bytes().optional(),
  service: ServiceReference.optional(),
  url: string().optional(),
});
export type WebhookClientConfig = Infer<typeof WebhookClientConfig>;

export const WebhookConversion = struct('WebhookConversion', {
  clientConfig: WebhookClientConfig.optional(),
  conversionReviewVersions: list(string()),
});
export type WebhookConversion = Infer<typeof WebhookConversion>;

export const CustomResourceConversion = struct('CustomResourceConversion', {
  strategy: string(),
  webhook: WebhookConversion.optional(),
});
export type CustomResourceConversion = Infer<typeof CustomResourceConversion>;

export const CustomResourceDefinitionNames = struct('CustomResourceDefinitionNames', {
  categories: list(string()).optional(),
  kind: string(),
  listKind: string().optional(),
  plural: string(),
  shortNames: list(string()).optional(),
  singular: string().optional(),
});
export type CustomResourceDefinitionNames = Infer<typeof CustomResourceDefinitionNames>;

export const CustomResourceSubresourceScale = struct('CustomResourceSubresourceScale', {
  labelSelectorPath: string().optional(),
  specReplicasPath: string(),
  statusReplicasPath: string(),
});
export type CustomResourceSubresourceScale = Infer<typeof CustomResourceSubresourceScale>;

export const CustomResourceSubresources = struct('CustomResourceSubresources', {
  scale: CustomResourceSubresourceScale.optional(),
  status: anyValue().optional(),
});
export type CustomResourceSubresources = Infer<typeof CustomResourceSubresources>;

export const SelectableField = struct('SelectableField', {
  jsonPath: string(),
});
export type SelectableField = Infer<typeof SelectableField>;

export const CustomResourceValidation = struct('CustomResourceValidation', {
  openAPIV3Schema: JSONSchemaProps.optional(),
});
export type CustomResourceValidation = Infer<typeof CustomResourceValidation>;

export const CustomResourceDefinitionVersion = struct('CustomResourceDefinitionVersion', {
  additionalPrinterColumns: list(CustomResourceColumnDefinition).optional(),
  deprecated: boolean().optional(),
  deprecationWarning: string().optional(),
  name: string(),
  schema: CustomResourceValidation.optional(),
  selectableFields: list(SelectableField).optional(),
  served: boolean(),
  storage: boolean(),
  subresources: CustomResourceSubresources.optional(),
});
export type CustomResourceDefinitionVersion = Infer<typeof CustomResourceDefinitionVersion>;

export const CustomResourceDefinitionSpec = struct('CustomResourceDefinitionSpec', {
  conversion: CustomResourceConversion.optional(),
  group: string(),
  names: CustomResourceDefinitionNames,
  preserveUnknownFields: boolean().optional(),
  scope: string(),
  versions: list(CustomResourceDefinitionVersion),
});
export type CustomResourceDefinitionSpec = Infer<typeof CustomResourceDefinitionSpec>;

export const CustomResourceDefinitionCondition = struct('CustomResourceDefinitionCondition', {
  lastTransitionTime: time().optional(),
  message: string().optional(),
  observedGeneration: int64().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type CustomResourceDefinitionCondition = Infer<typeof CustomResourceDefinitionCondition>;

export const CustomResourceDefinitionStatus = struct('CustomResourceDefinitionStatus', {
  acceptedNames: CustomResourceDefinitionNames.optional(),
  conditions: list(CustomResourceDefinitionCondition).optional(),
  observedGeneration: int64().optional(),
  storedVersions: list(string()).optional(),
});
export type CustomResourceDefinitionStatus = Infer<typeof CustomResourceDefinitionStatus>;

export const CustomResourceDefinition = topLevel('CustomResourceDefinition', {
  metadata: ObjectMeta.optional(),
  spec: CustomResourceDefinitionSpec,
  status: CustomResourceDefinitionStatus.optional(),
});
export type CustomResourceDefinition = Infer<typeof CustomResourceDefinition>;

export const customResourceDefinitions = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  schema: CustomResourceDefinition,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  storagePrefix: 'apiextensions.k8s.io/customresourcedefinitions',
});
