import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, listMap, namedString, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { namespaceStrategy } from './namespace-strategy.ts';
import { namespaceColumns } from './object-columns.ts';

export const NamespaceSpec = struct('NamespaceSpec', 'What must be done before the namespace may go.', {
  finalizers: atomicList(namedString('FinalizerName'), 'Names of those who must clean up first.').tag(1).optional(),
});
export type NamespaceSpec = Infer<typeof NamespaceSpec>;

export const NamespaceCondition = struct('NamespaceCondition', "One observation of a namespace's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  reason: string('One CamelCase word for why it is so.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('What is observed about its deletion.', { goType: 'NamespaceConditionType' }).tag(1),
});
export type NamespaceCondition = Infer<typeof NamespaceCondition>;

export const NamespaceStatus = struct('NamespaceStatus', 'State of a namespace.', {
  conditions: listMap(NamespaceCondition, ['type'], 'Latest observations, one of each type.').tag(2).optional(),
  phase: string('Active or Terminating.', { goType: 'NamespacePhase', default: 'Active', enum: ['Active', 'Terminating'] })
    .tag(1)
    .optional(),
});
export type NamespaceStatus = Infer<typeof NamespaceStatus>;

export const Namespace = topLevel('Namespace', 'A space for names, and for the policies over them.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(NamespaceSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(NamespaceStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
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
  columns: namespaceColumns,
  subresources: [
    { name: 'finalize', verbs: ['update'] },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  strategy: namespaceStrategy,
});
