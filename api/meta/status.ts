import type { Infer } from '../schema/fields.ts';
import { int32, list, string, struct, topLevel } from '../schema/fields.ts';
import { ListMeta } from './object-meta.ts';

export const StatusCause = struct('StatusCause', {
  field: string().optional(),
  message: string().optional(),
  reason: string().optional(),
});
export type StatusCause = Infer<typeof StatusCause>;

export const StatusDetails = struct('StatusDetails', {
  causes: list(StatusCause).optional(),
  group: string().optional(),
  kind: string().optional(),
  name: string().optional(),
  retryAfterSeconds: int32().optional(),
  uid: string().optional(),
});
export type StatusDetails = Infer<typeof StatusDetails>;

export const Status = topLevel('Status', {
  code: int32().optional(),
  details: StatusDetails.optional(),
  message: string().optional(),
  metadata: ListMeta.optional(),
  reason: string().optional(),
  status: string().optional(),
});
export type Status = Infer<typeof Status>;
