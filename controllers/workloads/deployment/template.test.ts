import { describe, expect, it } from '@jest/globals';
import { fencepostsOf } from './fenceposts.ts';
import { sameTemplate, templateHash } from './template.ts';

const template = (image: string, labels: Record<string, string> = { app: 'web' }) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'a', image }] },
});

describe('the template hash', () => {
  it('is the same for the same template, whatever the order of its fields, and whatever is empty', () => {
    const reordered = { spec: { containers: [{ image: 'a', env: [], name: 'a' }] }, metadata: { labels: { app: 'web' }, annotations: {} } };
    expect(templateHash(reordered, undefined)).toBe(templateHash(template('a'), undefined));
  });
  it('does not change from release to release', () => {
    expect(templateHash(template('a'), undefined)).toBe('78d58bcb59');
  });
  it('ignores the hash label itself', () => {
    expect(templateHash(template('a', { app: 'web', 'pod-template-hash': 'x' }), undefined)).toBe(templateHash(template('a'), undefined));
  });
  it('is another for another template, and after each collision', () => {
    const hashes = [
      templateHash(template('a'), undefined),
      templateHash(template('b'), undefined),
      templateHash(template('a'), 1),
      templateHash(template('a'), 2),
    ];
    expect(new Set(hashes).size).toBe(4);
    for (const hash of hashes) expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });
});

it.each([
  [template('a'), template('a', { app: 'web', 'pod-template-hash': 'x' }), true],
  [template('a'), template('b'), false],
  [template('a'), template('a', { app: 'web', tier: 'front' }), false],
  [undefined, {}, true],
])('templates %j and %j are the same: %p', (a, b, same) => {
  expect(sameTemplate(a, b)).toBe(same);
});

describe('the limits of a rollout', () => {
  it.each([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [10, 2, 3, 2, 3],
    [2, 0, 5, 0, 2],
    [4, 0, '10%', 0, 1],
    [0, '25%', '25%', 0, 0],
    [10, undefined, undefined, 3, 2],
  ])('of %i replicas with surge %p and unavailable %p are %i and %i', (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    const rollingUpdate = { ...(maxSurge === undefined ? {} : { maxSurge }), ...(maxUnavailable === undefined ? {} : { maxUnavailable }) };
    expect(fencepostsOf({ replicas, selector: {}, template: {}, strategy: { rollingUpdate } })).toEqual({
      maxSurge: surge,
      maxUnavailable: unavailable,
    });
  });
  it('are none for a recreation', () => {
    expect(fencepostsOf({ replicas: 5, selector: {}, template: {}, strategy: { type: 'Recreate' } })).toEqual({ maxSurge: 0, maxUnavailable: 0 });
  });
});
