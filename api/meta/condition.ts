import type { Infer } from '../schema/fields.ts';
import { int64, string, struct, time } from '../schema/fields.ts';

export const Condition = struct('Condition', "One observation of an object's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }),
  message: string('Explanation for people; may be empty.'),
  observedGeneration: int64('The metadata.generation that this was computed from.').optional(),
  reason: string('CamelCase word for the last change.'),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }),
  type: string('Name of the condition.'),
});
export type Condition = Infer<typeof Condition>;
