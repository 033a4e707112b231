import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, bytes, int32, int64, listMap, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';
import { JSONSchemaProps } from './json-schema-props.ts';

export const CustomResourceColumnDefinition = struct('CustomResourceColumnDefinition', 'A column of kubectl get.', {
  description: string('What the column shows.').tag(4).optional(),
  format: string('OpenAPI format that refines the type.').tag(3).optional(),
  jsonPath: string('Simple JSON path of the value, within the object.').tag(6),
  name: string('Heading of the column.').tag(1),
  priority: int32('0 shows always, more only in wide output.').tag(5).optional(),
  type: string('OpenAPI type of the value.').tag(2),
});
export type CustomResourceColumnDefinition = Infer<typeof CustomResourceColumnDefinition>;

export const ServiceReference = struct('ServiceReference', 'A Service of the cluster that serves a webhook.', {
  name: string('Name of the Service.').tag(2),
  namespace: string('Namespace of the Service.').tag(1),
  path: string('URL path to send requests to.', { presence: 'pointer' }).tag(3).optional(),
  port: int32('Port of the Service.', { presence: 'pointer', default: 443 }).tag(4).optional(),
});
export type ServiceReference = Infer<typeof ServiceReference>;

export const WebhookClientConfig = struct('WebhookClientConfig', 'How a webhook is reached.', {
  caBundle: bytes("PEM certificates of the authorities that may sign the webhook's certificate.").tag(2).optional(),
  service: ref(ServiceReference, 'Service that serves the webhook; this or url.').tag(1).optional(),
  url: string('Location of the webhook; this or service.', { presence: 'pointer' }).tag(3).optional(),
});
export type WebhookClientConfig = Infer<typeof WebhookClientConfig>;

export const WebhookConversion = struct('WebhookConversion', 'How the conversion webhook is called.', {
  clientConfig: ref(WebhookClientConfig, 'Where the webhook is.').tag(2).optional(),
  conversionReviewVersions: atomicList(string(), 'Versions of ConversionReview that the webhook understands, the preferred one first.').tag(3),
});
export type WebhookConversion = Infer<typeof WebhookConversion>;

export const CustomResourceConversion = struct('CustomResourceConversion', 'How objects are converted between versions.', {
  strategy: string('None changes apiVersion alone; Webhook asks a webhook.', { goType: 'ConversionStrategyType' }).tag(1),
  webhook: ref(WebhookConversion, 'How to call the webhook, for the strategy Webhook.').tag(2).optional(),
});
export type CustomResourceConversion = Infer<typeof CustomResourceConversion>;

export const CustomResourceDefinitionNames = struct('CustomResourceDefinitionNames', 'The names under which a resource is served.', {
  categories: atomicList(string(), 'Groups of resources that it is part of, such as all.').tag(6).optional(),
  kind: string('Kind of the objects, in CamelCase and singular.').tag(4),
  listKind: string('Kind of lists of them; kind followed by List, if left out.').tag(5).optional(),
  plural: string('Name in URLs: lower case and plural.').tag(1),
  shortNames: atomicList(string(), 'Abbreviations that kubectl takes.').tag(3).optional(),
  singular: string('Lower-case singular; that of kind, if left out.').tag(2).optional(),
});
export type CustomResourceDefinitionNames = Infer<typeof CustomResourceDefinitionNames>;

export const CustomResourceSubresourceScale = struct('CustomResourceSubresourceScale', 'Where the scale subresource finds its numbers.', {
  labelSelectorPath: string('Path of the serialised label selector, under .status or .spec.', { presence: 'pointer' }).tag(3).optional(),
  specReplicasPath: string('Path of the wanted number, under .spec.').tag(1),
  statusReplicasPath: string('Path of the observed number, under .status.').tag(2),
});
export type CustomResourceSubresourceScale = Infer<typeof CustomResourceSubresourceScale>;

export const CustomResourceSubresourceStatus = struct('CustomResourceSubresourceStatus', 'Asks for the subresource /status.', {});
export type CustomResourceSubresourceStatus = Infer<typeof CustomResourceSubresourceStatus>;

export const CustomResourceSubresources = struct('CustomResourceSubresources', 'The subresources that are served.', {
  scale: ref(CustomResourceSubresourceScale, 'Serve /scale.').tag(2).optional(),
  status: ref(CustomResourceSubresourceStatus, 'Serve /status: an empty object.').tag(1).optional(),
});
export type CustomResourceSubresources = Infer<typeof CustomResourceSubresources>;

export const SelectableField = struct('SelectableField', 'A field that objects can be selected by.', {
  jsonPath: string('Simple path of a string, number or boolean field.').tag(1),
});
export type SelectableField = Infer<typeof SelectableField>;

export const CustomResourceValidation = struct('CustomResourceValidation', 'How objects are validated.', {
  openAPIV3Schema: ref(JSONSchemaProps, 'Structural schema of the objects.').tag(1).optional(),
});
export type CustomResourceValidation = Infer<typeof CustomResourceValidation>;

export const CustomResourceDefinitionVersion = struct('CustomResourceDefinitionVersion', 'One version of a custom resource.', {
  additionalPrinterColumns: atomicList(CustomResourceColumnDefinition, 'Columns of kubectl get, beside the name; the age alone, if left out.')
    .tag(6)
    .optional(),
  deprecated: boolean('Warn whoever uses this version.').tag(7).optional(),
  deprecationWarning: string('Text of that warning, where the usual one will not do.', { presence: 'pointer' }).tag(8).optional(),
  name: string('Name of the version: v1, v1beta1 and so on.').tag(1),
  schema: ref(CustomResourceValidation, 'Schema for validation, defaults and pruning.').tag(4).optional(),
  selectableFields: atomicList(SelectableField, 'Fields that field selectors may name, beside name and namespace.').tag(9).optional(),
  served: boolean('Whether the version is served.').tag(2),
  storage: boolean('Whether objects are stored in this version; true for exactly one.').tag(3),
  subresources: ref(CustomResourceSubresources, 'Subresources that are served.').tag(5).optional(),
});
export type CustomResourceDefinitionVersion = Infer<typeof CustomResourceDefinitionVersion>;

export const CustomResourceDefinitionSpec = struct('CustomResourceDefinitionSpec', 'What a custom resource is called and looks like.', {
  conversion: ref(CustomResourceConversion, 'How objects are converted between versions.', { default: { strategy: 'None' } })
    .tag(9)
    .optional(),
  group: string('Group of the resource; the definition is named plural.group.').tag(1),
  names: ref(CustomResourceDefinitionNames, 'Names of the resource.').tag(3),
  preserveUnknownFields: boolean('Keep unknown fields; must be false.').tag(10).optional(),
  scope: string('Namespaced or Cluster.', { goType: 'ResourceScope' }).tag(4),
  versions: atomicList(CustomResourceDefinitionVersion, 'All versions, served or not.').tag(7),
});
export type CustomResourceDefinitionSpec = Infer<typeof CustomResourceDefinitionSpec>;

export const CustomResourceDefinitionCondition = struct('CustomResourceDefinitionCondition', "One observation of a definition's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(6).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Established, NamesAccepted, Terminating and others.', { goType: 'CustomResourceDefinitionConditionType' }).tag(1),
});
export type CustomResourceDefinitionCondition = Infer<typeof CustomResourceDefinitionCondition>;

export const CustomResourceDefinitionStatus = struct('CustomResourceDefinitionStatus', 'Whether the resource is served.', {
  acceptedNames: ref(CustomResourceDefinitionNames, 'The names that are served; they may differ from those wanted where another resource has them.', {
    presence: 'filled',
  })
    .tag(2)
    .optional(),
  conditions: listMap(CustomResourceDefinitionCondition, ['type'], 'Latest observations, one of each type.', {
    patch: false,
    presence: 'null',
  })
    .tag(1)
    .optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(4).optional(),
  storedVersions: atomicList(string(), 'Versions that objects were ever stored in.').tag(3).optional(),
});
export type CustomResourceDefinitionStatus = Infer<typeof CustomResourceDefinitionStatus>;

export const CustomResourceDefinition = topLevel('CustomResourceDefinition', 'A resource that a user adds to the API.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(CustomResourceDefinitionSpec, 'What the resource is called and looks like.').tag(2),
  status: ref(CustomResourceDefinitionStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type CustomResourceDefinition = Infer<typeof CustomResourceDefinition>;
