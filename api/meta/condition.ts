import type { Infer } from '../schema/fields.ts';
import { int64, string, struct, time } from '../schema/fields.ts';

export const Condition = struct('Condition', {
  lastTransitionTime: time(),
  message: string(),
  observedGeneration: int64().optional(),
  reason: string(),
  status: string(),
  type: string(),
});
export type Condition = Infer<typeof Condition>;
