import type { Infer } from '../schema/fields.ts';
import { anyValue, string, struct } from '../schema/fields.ts';

export const WatchEvent = struct(
  'WatchEvent',
  'An event of a watch.',
  {
    object: anyValue('The object after the change; of a deletion its last state, of an error a Status.', { goType: 'runtime.RawExtension' }),
    type: string('ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
  },
  { requiredOrder: ['type', 'object'] },
);
export type WatchEvent = Infer<typeof WatchEvent>;
