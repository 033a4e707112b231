import { defaultColumns } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, resourceList, string, struct, topLevel } from '../../schema/fields.ts';
import { limitRangeStrategy } from './limit-range-strategy.ts';

export const LimitRangeItem = struct('LimitRangeItem', 'Limits for one type of object.', {
  default: resourceList('Limits for containers that name none.').tag(4).optional(),
  defaultRequest: resourceList('Requests for containers that name none.').tag(5).optional(),
  max: resourceList('Most that may be asked for.').tag(2).optional(),
  maxLimitRequestRatio: resourceList('How many times the request a limit may be.').tag(6).optional(),
  min: resourceList('Least that may be asked for.').tag(3).optional(),
  type: string('Container, Pod or PersistentVolumeClaim.', { goType: 'LimitType' }).tag(1),
});
export type LimitRangeItem = Infer<typeof LimitRangeItem>;

export const LimitRangeSpec = struct('LimitRangeSpec', 'The limits of a namespace.', {
  limits: atomicList(LimitRangeItem, 'Limits, by type of object.', { presence: 'null' }).tag(1),
});
export type LimitRangeSpec = Infer<typeof LimitRangeSpec>;

export const LimitRange = topLevel('LimitRange', 'Least, most and default resources in a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(LimitRangeSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
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
  columns: defaultColumns,
  strategy: limitRangeStrategy,
});
