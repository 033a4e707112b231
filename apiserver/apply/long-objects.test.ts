import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../../api/definition/codec.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { parseSteps } from '../../base/json/parse-steps.ts';
import { finished } from '../../base/steps.ts';
import { inOrder, inOrderSteps } from './field-order.ts';
import type { FieldSet } from './field-set.ts';
import { difference, differenceSteps, union, unionSteps } from './field-set.ts';
import { compareFields, compareFieldsSteps } from './field-walk.ts';

/** Parsed so that all objects count as long. */
const long = (value: unknown): unknown => finished(parseSteps(JSON.stringify(value), { maxDepth: 100, pieceLength: 1 }));
const { structural } = codecOf(configMaps);

const OLD = { metadata: { name: 'a', labels: { gone: '1', kept: '2', changed: '3' } }, data: { z: '1', a: '2' }, immutable: true };
const NEXT = { metadata: { name: 'a', labels: { kept: '2', changed: '4', new: '5' }, annotations: { b: '', a: '' } }, data: { z: '1', m: null } };

describe('the fields of a long object', () => {
  it.each<[string, object, object]>([
    ['an update', OLD, NEXT],
    ['its reverse', NEXT, OLD],
    ['a creation', {}, NEXT],
    ['no change', OLD, OLD],
    ['null is filled', { data: null, metadata: { labels: null } }, { data: { a: '1' }, metadata: { labels: {} } }],
  ])('that differ after %s are those of a short one', (_what, old, next) => {
    const once = compareFields(old, next, structural);
    const paused = finished(compareFieldsSteps(long(old), long(next), structural));
    expect(paused).toEqual(once);
    expect(JSON.stringify(finished(inOrderSteps(paused.changed)))).toBe(JSON.stringify(inOrder(once.changed)));
  });

  it('are joined and told apart as those of a short one', () => {
    const a = { 'f:data': { '.': {}, 'f:x': {}, 'f:y': { '.': {}, 'f:deep': {} } }, 'f:kind': {} };
    const b = { 'f:data': { '.': {}, 'f:y': {}, 'f:z': {} }, 'f:immutable': {} };
    const wide = (set: FieldSet) => long(set) as FieldSet;
    for (const [left, right] of [
      [a, b],
      [b, a],
      [a, a],
      [{}, b],
    ] as const) {
      expect(finished(unionSteps(left, wide(right)))).toEqual(union(left, right));
      expect(finished(differenceSteps(wide(left), right))).toEqual(difference(left, right));
    }
  });
});
