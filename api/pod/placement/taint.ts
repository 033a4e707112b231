import type { Infer } from '../../schema/fields.ts';
import { string, struct, time } from '../../schema/fields.ts';

export const Taint = struct('Taint', 'Keeps pods off a node, unless they tolerate it.', {
  effect: string('NoSchedule, PreferNoSchedule or NoExecute.', { goType: 'TaintEffect', enum: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] }).tag(
    3,
  ),
  key: string('Key of the taint.').tag(1),
  timeAdded: time('When it was added.', { presence: 'pointer' }).tag(4).optional(),
  value: string('Value of the taint.').tag(2).optional(),
});
export type Taint = Infer<typeof Taint>;
