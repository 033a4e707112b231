import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { NEGATIVE } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';

export const LeaseSpec = struct('LeaseSpec', 'Who holds a lease, and since when.', {
  acquireTime: microTime('When the holder got the lease.', { presence: 'pointer' }).tag(3).optional(),
  holderIdentity: string('Who holds the lease.', { presence: 'pointer' }).tag(1).optional(),
  leaseDurationSeconds: int32('Seconds after renewTime for which others must wait.', { presence: 'pointer' }).tag(2).optional(),
  leaseTransitions: int32('How often the holder has changed.', { presence: 'pointer' }).tag(5).optional(),
  preferredHolder: string('Who should hold the lease next.', { presence: 'pointer' }).tag(7).optional(),
  renewTime: microTime('When the holder last renewed the lease.', { presence: 'pointer' }).tag(4).optional(),
  strategy: string('How the holder is chosen where candidates coordinate.', { presence: 'pointer', goType: 'CoordinatedLeaseStrategy' })
    .tag(6)
    .optional(),
});
export type LeaseSpec = Infer<typeof LeaseSpec>;

export const Lease = topLevel('Lease', 'A claim that one holder renews, for leader election and heartbeats.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(LeaseSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
});
export type Lease = Infer<typeof Lease>;

function validate(lease: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = lease.spec ?? {};
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) errors.push(invalid('spec.leaseTransitions', leaseTransitions, NEGATIVE));
  if (strategy !== undefined) checkStrategy(errors, strategy);
  if (preferredHolder && !strategy) errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  return errors;
}

function checkStrategy(errors: FieldError[], strategy: string): void {
  const field = 'spec.strategy.strategy';
  if (strategy.includes('/')) for (const fault of qualifiedNameFaults(strategy)) errors.push(invalid(field, strategy, fault));
  else if (strategy !== 'OldestEmulationVersion') errors.push(notSupported(field, strategy, ['OldestEmulationVersion']));
}

export const leaseStrategy: Strategy<Lease> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { anyFinalizer: true },
  validate,
  validateUpdate: validate,
};

const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  shown('Holder', 'Who holds the lease.', (lease) => lease.spec?.holderIdentity ?? ''),
  ageColumn,
];

export const leases = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  schema: Lease,
  columns: leaseColumns,
  strategy: leaseStrategy,
  createdByUpdate: true,
});
