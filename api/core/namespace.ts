import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, string, struct, time, topLevel } from '../schema/fields.ts';

export const NamespaceSpec = struct('NamespaceSpec', {
  finalizers: list(string()).optional(),
});
export type NamespaceSpec = Infer<typeof NamespaceSpec>;

export const NamespaceCondition = struct('NamespaceCondition', {
  lastTransitionTime: time().optional(),
  message: string().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type NamespaceCondition = Infer<typeof NamespaceCondition>;

export const NamespaceStatus = struct('NamespaceStatus', {
  conditions: list(NamespaceCondition).optional(),
  phase: string().optional(),
});
export type NamespaceStatus = Infer<typeof NamespaceStatus>;

export const Namespace = topLevel('Namespace', {
  metadata: ObjectMeta.optional(),
  spec: NamespaceSpec.optional(),
  status: NamespaceStatus.optional(),
});
export type Namespace = Infer<typeof Namespace>;

export const namespaces = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  schema: Namespace,
  subresources: [
    { name: 'finalize', verbs: ['update'] },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
