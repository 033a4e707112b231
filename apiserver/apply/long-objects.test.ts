import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../../api/definition/codec.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { parseSteps } from '../../base/json/parse-steps.ts';
import { finished } from '../../base/steps.ts';
import { inOrder, inOrderSteps } from './field-order.ts';
import type { FieldSet } from './field-set.ts';
import { difference, differenceSteps, equalSets, equalSetsSteps, intersection, intersectionSteps, union, unionSteps } from './field-set.ts';
import { compareFields, compareFieldsSteps, fieldsOf, fieldsSteps } from './field-walk.ts';
import { mergeConfiguration, mergeConfigurationSteps } from './merge-configuration.ts';

/** Parsed so that all objects count as long. */
const long = (value: unknown): unknown => finished(parseSteps(JSON.stringify(value), { maxDepth: 100, pieceLength: 1 }));
const { structural } = codecOf(configMaps);
const pod = codecOf(pods).structural;

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

  const container = (name: string, more: object = {}) => ({ name, image: 'i', ...more });
  const ports = [{ containerPort: 80, protocol: 'TCP' }];
  const OLD_POD = {
    metadata: { finalizers: ['a/b', 'a/gone'] },
    spec: { containers: [container('a', { ports }), container('gone', { args: ['x'] })] },
  };
  const NEXT_POD = {
    metadata: { finalizers: ['a/new', 'a/b'] },
    spec: { containers: [container('new', { ports }), container('a', { image: 'j' })] },
  };

  it.each<[string, object, object]>([
    ['an update', OLD_POD, NEXT_POD],
    ['its reverse', NEXT_POD, OLD_POD],
    ['a creation', {}, NEXT_POD],
    ['a removal', NEXT_POD, { spec: {} }],
    ['another type', { spec: { containers: 'x' } }, NEXT_POD],
  ])('that differ in lists after %s are those of a short one', (_what, old, next) => {
    const once = compareFields(old, next, pod);
    for (const [one, other] of [
      [long(old), long(next)],
      [old, long(next)],
      [long(old), next],
    ]) {
      const paused = finished(compareFieldsSteps(one, other, pod));
      expect(paused).toEqual(once);
      expect(JSON.stringify(finished(inOrderSteps(paused.changed)))).toBe(JSON.stringify(inOrder(once.changed)));
    }
    for (const applied of [true, false]) expect(finished(fieldsSteps(long(next), pod, applied))).toEqual(fieldsOf(next, pod, applied));
  });

  it.each<[string, object, object]>([
    ['a configuration of a part', OLD_POD, { spec: { containers: [container('a', { tty: true })] } }],
    ['a configuration of all', OLD_POD, NEXT_POD],
    ['one that removes', OLD_POD, { metadata: { finalizers: null }, spec: { containers: [container('z'), container('gone')] } }],
  ])('that %s gives are those that it gives a short one', (_what, live, configuration) => {
    const once = mergeConfiguration(live, configuration, pod);
    expect(finished(mergeConfigurationSteps(long(live), long(configuration), pod))).toEqual(once);
    expect(finished(mergeConfigurationSteps(live, long(configuration), pod))).toEqual(once);
    expect(finished(mergeConfigurationSteps(long(live), configuration, pod))).toEqual(once);
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
      expect(finished(unionSteps(wide(left), right))).toEqual(union(left, right));
      expect(finished(differenceSteps(wide(left), right))).toEqual(difference(left, right));
      expect(finished(intersectionSteps(wide(left), right))).toEqual(intersection(left, right));
      expect(finished(equalSetsSteps(wide(left), right))).toBe(equalSets(left, right));
    }
  });
});
