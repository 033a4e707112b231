import type { Infer } from '../schema/fields.ts';
import { atomicList, boolean, int64, ref, string, struct } from '../schema/fields.ts';

export const Preconditions = struct('Preconditions', 'What must hold for a deletion to happen.', {
  resourceVersion: string('Version that the object must have.', { presence: 'pointer' }).tag(2).optional(),
  uid: string('Identifier that the object must have.', { presence: 'pointer', goType: 'types.UID' }).tag(1).optional(),
});
export type Preconditions = Infer<typeof Preconditions>;

export const DeleteOptions = struct('DeleteOptions', 'How objects are deleted.', {
  apiVersion: string('Group and version of the options.').optional(),
  dryRun: atomicList(string(), 'All: check everything, but store nothing.').tag(5).optional(),
  gracePeriodSeconds: int64("Seconds to wait before the end; 0 ends at once, left out means the kind's own period.", {
    presence: 'pointer',
  })
    .tag(1)
    .optional(),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean('Remove even what can no longer be decoded, without finalizers and checks.', {
    presence: 'pointer',
  })
    .tag(6)
    .optional(),
  kind: string('DeleteOptions.').optional(),
  orphanDependents: boolean('Old form of propagationPolicy: true leaves dependents as they are.', { presence: 'pointer' }).tag(3).optional(),
  preconditions: ref(Preconditions, 'What must hold, or the request is refused as a conflict.').tag(2).optional(),
  propagationPolicy: string('What happens to dependents: Orphan, Background or Foreground.', {
    presence: 'pointer',
    goType: 'DeletionPropagation',
  })
    .tag(4)
    .optional(),
});
export type DeleteOptions = Infer<typeof DeleteOptions>;
