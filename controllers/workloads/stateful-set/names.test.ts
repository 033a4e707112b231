import { describe, expect, it } from '@jest/globals';
import { claimsOf, possibleSets } from './claims.ts';
import { isInRange, parsePodName } from './ordinals.ts';
import { statefulSet } from './stateful-pods.fixture.ts';

describe('the name of a pod', () => {
  it.each<[string, ReturnType<typeof parsePodName>]>([
    ['db-0', { set: 'db', ordinal: 0 }],
    ['my-db-12', { set: 'my-db', ordinal: 12 }],
    ['db', undefined],
    ['db-x', undefined],
    ['db-', undefined],
    ['db-99999999999', undefined],
  ])('%s', (name, parsed) => {
    expect(parsePodName(name)).toEqual(parsed);
  });
});

it('numbers begin where the set says', () => {
  const set = statefulSet(2, { ordinals: { start: 3 } });
  expect([2, 3, 4, 5].filter((ordinal) => isInRange(set, ordinal))).toEqual([3, 4]);
});

describe('the name of a claim', () => {
  it.each([
    ['data-db-0', ['db']],
    ['my-data-my-db-12', ['data-my-db', 'my-db', 'db']],
    ['data-db', []],
    ['data-0', []],
  ])('%s may be of the sets %j', (name, sets) => {
    expect(possibleSets(name)).toEqual(sets);
  });

  it('is that of its template, set and number; its labels are the template’s and the selector’s', () => {
    const template = {
      metadata: { name: 'data', labels: { tier: 'x' }, annotations: { a: 'b' } },
      spec: { storageClassName: 'fast' },
      status: { phase: 'Pending' },
    };
    expect(claimsOf(statefulSet(1, { volumeClaimTemplates: [template] }), 7)).toEqual([
      {
        metadata: { name: 'data-db-7', namespace: 'default', labels: { tier: 'x', app: 'db' }, annotations: { a: 'b' } },
        spec: { storageClassName: 'fast' },
      },
    ]);
  });
});
