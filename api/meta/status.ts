import type { Infer } from '../schema/fields.ts';
import { atomicList, int32, ref, string, struct, topLevel } from '../schema/fields.ts';
import { ListMeta } from './object-meta.ts';

export const StatusCause = struct('StatusCause', 'One thing that was wrong with a request.', {
  field: string('Path of the field it is about.').tag(3).optional(),
  message: string('Explanation for people.').tag(2).optional(),
  reason: string('Machine-readable kind of the problem.', { goType: 'CauseType' }).tag(1).optional(),
});
export type StatusCause = Infer<typeof StatusCause>;

export const StatusDetails = struct('StatusDetails', 'What a Status is about.', {
  causes: atomicList(StatusCause, 'All that was wrong.').tag(4).optional(),
  group: string('Group of the resource.').tag(2).optional(),
  kind: string('Resource that the request was for.').tag(3).optional(),
  name: string('Name of the object.').tag(1).optional(),
  retryAfterSeconds: int32('Seconds to wait before trying again.').tag(5).optional(),
  uid: string('Identifier of the object.', { goType: 'types.UID' }).tag(6).optional(),
});
export type StatusDetails = Infer<typeof StatusDetails>;

export const Status = topLevel('Status', 'The answer to a request that gives no object.', {
  code: int32('HTTP status code.').tag(6).optional(),
  details: ref(StatusDetails, 'What the answer is about.').tag(5).optional(),
  message: string('Explanation for people.').tag(3).optional(),
  metadata: ref(ListMeta, 'Version of the collection, where it matters.', { presence: 'filled' }).tag(1).optional(),
  reason: string('Machine-readable word for the failure.', { goType: 'StatusReason' }).tag(4).optional(),
  status: string('Success or Failure.').tag(2).optional(),
});
export type Status = Infer<typeof Status>;
