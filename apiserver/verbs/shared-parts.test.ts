import { expect, it } from '@jest/globals';
import type { KubeObject } from '../../api/meta/object.ts';
import { parseSteps } from '../../base/json/parse-steps.ts';
import { finished } from '../../base/steps.ts';
import { shareEqualParts } from './shared-parts.ts';

type Long = KubeObject & { spec: Record<string, unknown> };
const labels = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`label${i}`, 'value']));
const list = Array.from({ length: 50 }, (_, i) => ({ name: `n${i}`, inner: { a: 1 } }));
const given = { metadata: { name: 'a', labels }, spec: { list, map: labels, text: 'x' } };
const long = (value: object): Long => finished(parseSteps(JSON.stringify(value), { maxDepth: 100, pieceLength: 16 })) as Long;
const compared = (next: object, old: object) => {
  const [after, before] = [long(next), long(old)];
  return { after, before, differences: [...finished(shareEqualParts(after, before))] };
};

it('equal parts of two states are the same afterwards', () => {
  const { after, before, differences } = compared(given, given);
  expect(differences).toEqual([]);
  expect(after).toEqual(given);
  expect(after.spec).toBe(before.spec);
  expect(after.metadata).not.toBe(before.metadata);
  expect(after.metadata?.labels).toBe(before.metadata?.labels);
});

it('differences are told by the names of fields, and what is equal beside them is shared', () => {
  const next = {
    metadata: { name: 'a', labels: { ...labels, label7: 'other' }, uid: 'u' },
    spec: { list: [...list, {}], map: labels, text: 'x' },
    data: {},
  };
  const { after, before, differences } = compared(next, { ...given, status: {} });
  expect(differences.sort()).toEqual(['data', 'metadata.labels', 'metadata.uid', 'spec', 'status']);
  expect(after).toEqual(next);
  expect(after.spec.map).toBe(before.spec.map);
  expect((after.spec.list as unknown[])[7]).toBe((before.spec.list as unknown[])[7]);
});

it.each<[string, object, object]>([
  ['a field is missing', { ...labels, label9: undefined }, labels],
  ['a field is new', { ...labels, more: 'x' }, labels],
  ['a list is shorter', list.slice(1), list],
  ['a list takes the place of a map', list, labels],
  ['a short value takes the place of a long one', {}, labels],
])('two states differ where %s', (_what, next, old) => {
  expect(compared({ spec: next }, { spec: old }).differences).toEqual(['spec']);
  expect(compared({ spec: old }, { spec: next }).differences).toEqual(['spec']);
});
