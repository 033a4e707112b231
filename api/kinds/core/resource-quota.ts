import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, namedString, ref, resourceList, string, struct, topLevel } from '../../schema/fields.ts';
import { resourceQuotaColumns } from './object-columns.ts';
import { resourceQuotaStrategy } from './resource-quota-strategy.ts';

export const ScopedResourceSelectorRequirement = struct('ScopedResourceSelectorRequirement', 'One expression about the scope of a quota.', {
  operator: string('In, NotIn, Exists or DoesNotExist.', { goType: 'ScopeSelectorOperator' }).tag(2),
  scopeName: string('Name of the scope.', { goType: 'ResourceQuotaScope' }).tag(1),
  values: atomicList(string(), 'Values for In and NotIn.').tag(3).optional(),
});
export type ScopedResourceSelectorRequirement = Infer<typeof ScopedResourceSelectorRequirement>;

export const ScopeSelector = atomicStruct('ScopeSelector', 'Expressions about scopes that must all hold.', {
  matchExpressions: atomicList(ScopedResourceSelectorRequirement, 'The expressions.').tag(1).optional(),
});
export type ScopeSelector = Infer<typeof ScopeSelector>;

export const ResourceQuotaSpec = struct('ResourceQuotaSpec', 'The limits on a namespace.', {
  hard: resourceList('Most that may be used of each resource.').tag(1).optional(),
  scopeSelector: ref(ScopeSelector, 'Which objects count, by scope and value.').tag(3).optional(),
  scopes: atomicList(namedString('ResourceQuotaScope'), 'Scopes that an object must all be in to count.').tag(2).optional(),
});
export type ResourceQuotaSpec = Infer<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = struct('ResourceQuotaStatus', 'The limits in force, and what is used.', {
  hard: resourceList('Limits in force.').tag(1).optional(),
  used: resourceList('What is used.').tag(2).optional(),
});
export type ResourceQuotaStatus = Infer<typeof ResourceQuotaStatus>;

export const ResourceQuota = topLevel('ResourceQuota', 'Limits what a namespace may use in all.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ResourceQuotaSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ResourceQuotaStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
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
  columns: resourceQuotaColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: resourceQuotaStrategy,
});
