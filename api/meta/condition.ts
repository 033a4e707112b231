import type { Infer } from '../schema/fields.ts';
import { int64, string, struct, time } from '../schema/fields.ts';

export const Condition = struct('Condition', "One observation of an object's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4),
  message: string('Explanation for people; may be empty.').tag(6),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(3).optional(),
  reason: string('CamelCase word for the last change.').tag(5),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Name of the condition.').tag(1),
});
export type Condition = Infer<typeof Condition>;
