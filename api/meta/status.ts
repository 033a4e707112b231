import type { Infer } from '../schema/fields.ts';
import { atomicList, int32, ref, string, struct, topLevel } from '../schema/fields.ts';
import { ListMeta } from './object-meta.ts';

export const StatusCause = struct('StatusCause', 'One thing that was wrong with a request.', {
  field: string('Path of the field it is about.').optional(),
  message: string('Explanation for people.').optional(),
  reason: string('Machine-readable kind of the problem.', { goType: 'CauseType' }).optional(),
});
export type StatusCause = Infer<typeof StatusCause>;

export const StatusDetails = struct('StatusDetails', 'What a Status is about.', {
  causes: atomicList(StatusCause, 'All that was wrong.').optional(),
  group: string('Group of the resource.').optional(),
  kind: string('Resource that the request was for.').optional(),
  name: string('Name of the object.').optional(),
  retryAfterSeconds: int32('Seconds to wait before trying again.').optional(),
  uid: string('Identifier of the object.', { goType: 'types.UID' }).optional(),
});
export type StatusDetails = Infer<typeof StatusDetails>;

export const Status = topLevel('Status', 'The answer to a request that gives no object.', {
  code: int32('HTTP status code.').optional(),
  details: ref(StatusDetails, 'What the answer is about.').optional(),
  message: string('Explanation for people.').optional(),
  metadata: ref(ListMeta, 'Version of the collection, where it matters.', { presence: 'filled' }).optional(),
  reason: string('Machine-readable word for the failure.', { goType: 'StatusReason' }).optional(),
  status: string('Success or Failure.').optional(),
});
export type Status = Infer<typeof Status>;
