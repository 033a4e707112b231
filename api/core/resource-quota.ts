import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, map, quantity, string, struct, topLevel } from '../schema/fields.ts';

export const ScopedResourceSelectorRequirement = struct('ScopedResourceSelectorRequirement', {
  operator: string(),
  scopeName: string(),
  values: list(string()).optional(),
});
export type ScopedResourceSelectorRequirement = Infer<typeof ScopedResourceSelectorRequirement>;

export const ScopeSelector = struct('ScopeSelector', {
  matchExpressions: list(ScopedResourceSelectorRequirement).optional(),
});
export type ScopeSelector = Infer<typeof ScopeSelector>;

export const ResourceQuotaSpec = struct('ResourceQuotaSpec', {
  hard: map(quantity()).optional(),
  scopeSelector: ScopeSelector.optional(),
  scopes: list(string()).optional(),
});
export type ResourceQuotaSpec = Infer<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = struct('ResourceQuotaStatus', {
  hard: map(quantity()).optional(),
  used: map(quantity()).optional(),
});
export type ResourceQuotaStatus = Infer<typeof ResourceQuotaStatus>;

export const ResourceQuota = topLevel('ResourceQuota', {
  metadata: ObjectMeta.optional(),
  spec: ResourceQuotaSpec.optional(),
  status: ResourceQuotaStatus.optional(),
});
export type ResourceQuota = Infer<typeof ResourceQuota>;

export const resourceQuotas = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
  shortNames: ['quota'],
  schema: ResourceQuota,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
});
