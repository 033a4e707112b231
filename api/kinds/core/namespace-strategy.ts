import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import { rootPath } from '../../validation/field-path.ts';
import { labelName } from '../../validation/name-rules.ts';
import { checkFinalizerName } from '../../validation/object-meta.ts';
import type { Namespace } from './namespace.ts';

const OWN_NAME = 'kubernetes.io/metadata.name';

function checkSpec(namespace: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of namespace.spec?.finalizers ?? []) checkFinalizerName(errors, finalizer, rootPath('spec.finalizers'));
  return errors;
}

/** Each namespace bears its name as a label, for selectors to find it by. */
function labelWithName(namespace: Namespace): void {
  const name = namespace.metadata?.name;
  if (!name || !namespace.metadata) return;
  namespace.metadata.labels ??= {};
  namespace.metadata.labels[OWN_NAME] = name;
}

/** The rules of an update through `finalize`: only there spec.finalizers change. */
export function validateNamespaceFinalize(namespace: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  namespace.spec?.finalizers?.forEach((finalizer, i) => {
    checkFinalizerName(errors, finalizer, rootPath(`spec.finalizers[${i}]`));
  });
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
