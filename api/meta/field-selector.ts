import type { Infer } from '../schema/fields.ts';
import { atomicList, string, struct } from '../schema/fields.ts';

export const FieldSelectorRequirement = struct('FieldSelectorRequirement', 'One expression of a field selector.', {
  key: string('Path of the field.').tag(1),
  operator: string('In, NotIn, Exists or DoesNotExist.', { goType: 'FieldSelectorOperator' }).tag(2),
  values: atomicList(string(), 'Values to compare with.').tag(3).optional(),
});
export type FieldSelectorRequirement = Infer<typeof FieldSelectorRequirement>;
