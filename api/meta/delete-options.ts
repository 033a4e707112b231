import type { Infer } from '../schema/fields.ts';
import { boolean, int64, list, string, struct } from '../schema/fields.ts';

export const Preconditions = struct('Preconditions', {
  resourceVersion: string().optional(),
  uid: string().optional(),
});
export type Preconditions = Infer<typeof Preconditions>;

export const DeleteOptions = struct('DeleteOptions', {
  apiVersion: string().optional(),
  dryRun: list(string()).optional(),
  gracePeriodSeconds: int64().optional(),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean().optional(),
  kind: string().optional(),
  orphanDependents: boolean().optional(),
  preconditions: Preconditions.optional(),
  propagationPolicy: string().optional(),
});
export type DeleteOptions = Infer<typeof DeleteOptions>;
