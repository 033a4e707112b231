import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { isNegativeQuantity } from '../../pod/resources/resource-quantity-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { quantity, ref, string, topLevel } from '../../schema/fields.ts';
import { rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable, NEGATIVE } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { subdomainName } from '../../validation/name-rules.ts';

export const CSIStorageCapacity = topLevel('CSIStorageCapacity', 'Storage of a class that is left in a part of the cluster.', {
  capacity: quantity('Storage that is left.', { presence: 'pointer' }).tag(4).optional(),
  maximumVolumeSize: quantity('Largest volume that can be provisioned.', { presence: 'pointer' }).tag(5).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  nodeTopology: ref(LabelSelector, 'Nodes from which the storage can be reached; none, if left out.').tag(2).optional(),
  storageClassName: string('StorageClass that the capacity is of.').tag(3),
});
export type CSIStorageCapacity = Infer<typeof CSIStorageCapacity>;

function validate({ nodeTopology, storageClassName, capacity }: CSIStorageCapacity): FieldError[] {
  const errors: FieldError[] = [];
  checkLabelSelector(errors, nodeTopology, rootPath('nodeTopology'));
  addFaults(errors, subdomainName(storageClassName, false), storageClassName, rootPath('storageClassName'));
  if (capacity !== undefined && isNegativeQuantity(capacity)) errors.push(invalid('capacity', capacity, NEGATIVE));
  return errors;
}

/** The rules of upstream's pkg/apis/storage/validation. */
const csiStorageCapacityStrategy: Strategy<CSIStorageCapacity> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate,
  validateUpdate(next, old) {
    const errors = validate(next);
    checkImmutable(errors, next.nodeTopology ?? null, old.nodeTopology ?? null, 'nodeTopology');
    checkImmutable(errors, next.storageClassName, old.storageClassName, 'storageClassName');
    return errors;
  },
};

export const csiStorageCapacities = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  schema: CSIStorageCapacity,
  strategy: csiStorageCapacityStrategy,
});
