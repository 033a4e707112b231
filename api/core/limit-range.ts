import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, map, quantity, string, struct, topLevel } from '../schema/fields.ts';

export const LimitRangeItem = struct('LimitRangeItem', {
  default: map(quantity()).optional(),
  defaultRequest: map(quantity()).optional(),
  max: map(quantity()).optional(),
  maxLimitRequestRatio: map(quantity()).optional(),
  min: map(quantity()).optional(),
  type: string(),
});
export type LimitRangeItem = Infer<typeof LimitRangeItem>;

export const LimitRangeSpec = struct('LimitRangeSpec', {
  limits: list(LimitRangeItem),
});
export type LimitRangeSpec = Infer<typeof LimitRangeSpec>;

export const LimitRange = topLevel('LimitRange', {
  metadata: ObjectMeta.optional(),
  spec: LimitRangeSpec.optional(),
});
export type LimitRange = Infer<typeof LimitRange>;

export const limitRanges = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
  shortNames: ['limits'],
  schema: LimitRange,
});
