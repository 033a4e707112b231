import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported } from '../../schema/field-error.ts';
import { NEGATIVE } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { Lease } from './lease.ts';

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
