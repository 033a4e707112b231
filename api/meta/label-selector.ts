import type { Infer } from '../schema/fields.ts';
import { list, map, string, struct } from '../schema/fields.ts';

export const LabelSelectorRequirement = struct('LabelSelectorRequirement', {
  key: string(),
  operator: string(),
  values: list(string()).optional(),
});
export type LabelSelectorRequirement = Infer<typeof LabelSelectorRequirement>;

export const LabelSelector = struct('LabelSelector', {
  matchExpressions: list(LabelSelectorRequirement).optional(),
  matchLabels: map(string()).optional(),
});
export type LabelSelector = Infer<typeof LabelSelector>;
