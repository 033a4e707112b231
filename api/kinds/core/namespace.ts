import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { DeletionRules } from '../../definition/deletion.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, listMap, namedString, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { rootPath } from '../../validation/field-path.ts';
import { labelName } from '../../validation/name-rules.ts';
import { checkFinalizerName } from '../../validation/object-meta.ts';

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

const OWN_NAME = 'kubernetes.io/metadata.name';

function checkSpec(namespace: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  checkEach(namespace.spec?.finalizers ?? [], (finalizer) => checkFinalizerName(errors, finalizer, rootPath('spec.finalizers')));
  return errors;
}

/** Labels a namespace with its name, so that selectors can find it. */
function labelWithName(namespace: Namespace): void {
  const name = namespace.metadata?.name;
  if (!name || !namespace.metadata) return;
  namespace.metadata.labels ??= {};
  namespace.metadata.labels[OWN_NAME] = name;
}

/** The rules of an update through `finalize`: only there spec.finalizers change. */
export function validateNamespaceFinalize(namespace: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  checkEach(namespace.spec?.finalizers ?? [], (finalizer, i) => checkFinalizerName(errors, finalizer, rootPath(`spec.finalizers[${i}]`)));
  return errors;
}

/** Through `finalize` the status stays as it is. */
export function prepareNamespaceFinalize(namespace: Namespace, old: Live<Namespace>): void {
  namespace.status = old.status;
}

export const namespaceStrategy: Strategy<Namespace> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: labelName,
  default: (namespace) => {
    labelWithName(namespace);
    namespace.status ??= {};
    namespace.status.phase ||= 'Active';
  },
  prepareForCreate: (namespace) => {
    labelWithName(namespace);
    namespace.status = { phase: 'Active' };
    namespace.spec ??= {};
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes('kubernetes')) namespace.spec.finalizers = [...finalizers, 'kubernetes'];
  },
  prepareForUpdate: (namespace, old) => {
    namespace.spec ??= {};
    namespace.spec.finalizers = old.spec?.finalizers && [...old.spec.finalizers];
    namespace.status = old.status;
  },
  prepareForStatusUpdate: (namespace, old) => {
    namespace.spec = old.spec;
  },
  validate: checkSpec,
  validateUpdate: checkSpec,
  validateStatusUpdate: (namespace) => {
    const deleting = namespace.metadata?.deletionTimestamp !== undefined;
    const phase = namespace.status?.phase ?? '';
    if (phase === (deleting ? 'Terminating' : 'Active')) return [];
    const why = deleting ? "may only be 'Terminating' if `deletionTimestamp` is not empty" : "may only be 'Active' if `deletionTimestamp` is empty";
    return [invalid('status.Phase', phase, why)];
  },
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
};

/** A deleted namespace is Terminating until its content is gone: the namespace controller takes `kubernetes` off spec.finalizers then. */
const namespaceDeletion: DeletionRules = {
  isHeld: (namespace: Namespace) => (namespace.spec?.finalizers?.length ?? 0) > 0,
  terminating(namespace: Namespace) {
    const { deletionGracePeriodSeconds: _none, ...metadata } = namespace.metadata ?? {};
    return { ...namespace, metadata, status: { ...namespace.status, phase: 'Terminating' } };
  },
};

const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  shown('Status', 'Active, or Terminating.', (namespace) => namespace.status?.phase ?? ''),
  ageColumn,
];

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
    { name: 'finalize', verbs: ['update'], rules: { prepare: prepareNamespaceFinalize, validate: validateNamespaceFinalize } },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  strategy: namespaceStrategy,
  deletion: namespaceDeletion,
});
