import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import { rootPath } from '../../validation/field-path.ts';
import { checkNonNegative } from '../../validation/field-rules.ts';

/** The counters that ReplicationControllers, ReplicaSets and Deployments report. */
interface ReplicaCounts {
  readonly replicas?: number | undefined;
  readonly fullyLabeledReplicas?: number | undefined;
  readonly updatedReplicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly unavailableReplicas?: number | undefined;
  readonly terminatingReplicas?: number | undefined;
  readonly observedGeneration?: number | undefined;
  readonly collisionCount?: number | undefined;
}

const STATUS = rootPath('status');
const COUNTERS = [
  'observedGeneration',
  'replicas',
  'fullyLabeledReplicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const;

/** Checks that no counter is negative, and that no part exceeds the whole. `own` is the part that the kind counts beside the common ones. */
export function validateReplicaStatus(status: ReplicaCounts | undefined, own: 'fullyLabeledReplicas' | 'updatedReplicas'): FieldError[] {
  const errors: FieldError[] = [];
  const counts = status ?? {};
  for (const counter of COUNTERS) checkNonNegative(errors, counts[counter], STATUS, counter);
  for (const part of [own, 'readyReplicas', 'availableReplicas'] as const) {
    const value = counts[part] ?? 0;
    if (value > (counts.replicas ?? 0)) errors.push(invalid(`status.${part}`, value, 'cannot be greater than status.replicas'));
  }
  const available = counts.availableReplicas ?? 0;
  if (available > (counts.readyReplicas ?? 0)) errors.push(invalid('status.availableReplicas', available, 'cannot be greater than readyReplicas'));
  return errors;
}
