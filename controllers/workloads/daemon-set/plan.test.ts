import { describe, expect, it } from '@jest/globals';
import type { PodTraits } from './daemon-pods.fixture.ts';
import { daemonPod, daemonSet, observed } from './daemon-pods.fixture.ts';
import type { Placement } from './placement.ts';
import { plan } from './plan.ts';
import type { Plan } from './round.ts';

type Traits = Readonly<Record<string, PodTraits>>;
const podsOf = (traits: Traits) => Object.entries(traits).map(([name, one]) => daemonPod(name, one));
const names = ({ create, remove }: Plan) => ({ create, remove: remove.map(({ metadata }) => metadata.name) });
const surge = { maxSurge: 1, maxUnavailable: 0 };
const ready = 60;

describe('the pods of a node', () => {
  it.each<[string, Placement, Traits, { create?: string[]; remove?: string[] }]>([
    ['one is created where there is none', 'run', {}, { create: ['a'] }],
    ['none is created where pods only stay', 'stay', {}, {}],
    ['none is created where they do not belong', 'none', {}, {}],
    ['one that runs stays', 'run', { p: { node: 'a', readyFor: ready } }, {}],
    ['one that is there may stay', 'stay', { p: { node: 'a', readyFor: ready } }, {}],
    ['one that does not belong is deleted', 'none', { p: { node: 'a', readyFor: ready } }, { remove: ['p'] }],
    ['one that terminates is waited for', 'run', { p: { node: 'a', deleting: true } }, {}],
    ['one that terminates is not deleted again', 'none', { p: { node: 'a', deleting: true } }, {}],
    ['one that ended and terminates no longer counts', 'run', { p: { node: 'a', deleting: true, phase: 'Failed' } }, { create: ['a'] }],
    ['one that failed is deleted', 'run', { p: { node: 'a', phase: 'Failed' } }, { remove: ['p'] }],
    ['one that succeeded is deleted', 'stay', { p: { node: 'a', phase: 'Succeeded' } }, { remove: ['p'] }],
    ['of several the oldest stays', 'run', { p: { node: 'a', day: 2 }, q: { node: 'a', day: 1 }, r: { node: 'a', day: 2 } }, { remove: ['p', 'r'] }],
    ['one with a node goes before one without', 'run', { p: { node: 'a', day: 2 }, q: { node: 'a', day: 1, unscheduled: true } }, { remove: ['q'] }],
  ])('%s', (_, placement, traits, { create = [], remove = [] }) => {
    expect(names(plan(observed(daemonSet(), ['a'], podsOf(traits), { placement: { a: placement } })))).toEqual({ create, remove });
  });

  it('that was deleted: pods that wait for it are deleted, and others left to the garbage collection of pods', () => {
    const pods = podsOf({ waits: { node: 'gone', unscheduled: true }, runs: { node: 'gone' } });
    expect(names(plan(observed(daemonSet(), [], pods)))).toEqual({ create: [], remove: ['waits'] });
  });

  it('that failed are kept for a while where they fail again and again', () => {
    const pods = podsOf({ p: { node: 'a', phase: 'Failed' }, q: { node: 'b', phase: 'Failed' } });
    const round = plan(observed(daemonSet('OnDelete'), ['a', 'b'], pods, { keptFor: (name) => (name === 'a' ? 4000 : 0) }));
    expect(names(round)).toEqual({ create: [], remove: ['q'] });
    expect(round.retryAfterMs).toBe(4000);
    expect(round.failed.map(({ nodeName }) => nodeName)).toEqual(['b']);
  });
});

describe('the pods of a node that may have two', () => {
  it.each<[string, Traits, { create?: string[]; remove?: string[] }]>([
    ['a new one is created beside one that terminates', { p: { node: 'a', deleting: true } }, { create: ['a'] }],
    ['the old one stays while the new one is not ready', { p: { node: 'a', hash: 'old', readyFor: ready }, q: { node: 'a' } }, {}],
    [
      'the old one goes once the new one is available',
      { p: { node: 'a', hash: 'old', readyFor: ready }, q: { node: 'a', readyFor: ready } },
      { remove: ['p'] },
    ],
    ['an old one that does not serve goes', { p: { node: 'a', hash: 'old' }, q: { node: 'a' } }, { remove: ['p'] }],
    [
      'of several old ones the oldest stays',
      { p: { node: 'a', hash: 'old', readyFor: ready, day: 2 }, q: { node: 'a', hash: 'old', readyFor: ready }, r: { node: 'a' } },
      { remove: ['p'] },
    ],
  ])('%s', (_, traits, { create = [], remove = [] }) => {
    expect(names(plan(observed(daemonSet(surge), ['a'], podsOf(traits))))).toEqual({ create, remove });
  });
});

describe('a rolling update', () => {
  const old = (node: string, more: Partial<PodTraits> = {}): PodTraits => ({ node, hash: 'old', readyFor: ready, ...more });
  const fresh = (node: string, more: Partial<PodTraits> = {}): PodTraits => ({ node, readyFor: ready, ...more });

  it.each<[string, number | string, Traits, string[]]>([
    ['replaces one pod', 1, { p: old('a'), q: old('b'), r: old('c') }, ['p']],
    ['replaces as many as may be missing', 2, { p: old('a'), q: old('b'), r: old('c') }, ['p', 'q']],
    ['rounds a percentage up', '34%', { p: old('a'), q: old('b'), r: old('c') }, ['p', 'q']],
    ['waits for a new pod that is not available', 1, { p: fresh('a', { readyFor: undefined }), q: old('b'), r: old('c') }, []],
    ['waits for a node that has no pod yet', 1, { p: old('a', { deleting: true }), q: old('b'), r: old('c') }, []],
    [
      'replaces old pods that do not serve, whatever the limit',
      1,
      { p: old('a', { readyFor: undefined }), q: old('b'), r: old('c', { readyFor: undefined }) },
      ['p', 'r'],
    ],
    ['ends', 1, { p: fresh('a'), q: fresh('b'), r: fresh('c') }, []],
    ['goes on with zero of both, which would never move', 0, { p: old('a'), q: old('b'), r: old('c') }, ['p']],
  ])('%s', (_, maxUnavailable, traits, remove) => {
    expect(names(plan(observed(daemonSet({ maxUnavailable }), ['a', 'b', 'c'], podsOf(traits))))).toEqual({ create: [], remove });
  });

  it.each<[string, Traits, { create?: string[]; remove?: string[] }]>([
    ['creates one new pod beside an old one', { p: old('a'), q: old('b') }, { create: ['a'] }],
    ['waits for the new pod', { p: old('a'), p2: { node: 'a' }, q: old('b') }, {}],
    [
      'replaces old pods that do not serve at once',
      { p: old('a', { readyFor: undefined }), q: old('b', { readyFor: undefined }) },
      { create: ['a', 'b'] },
    ],
  ])('that surges %s', (_, traits, { create = [], remove = [] }) => {
    expect(names(plan(observed(daemonSet(surge), ['a', 'b'], podsOf(traits))))).toEqual({ create, remove });
  });

  it('that surges leaves a node that it should not run on once others have taken over', () => {
    const traits = { p: old('a'), q: fresh('b') };
    const leaving = { placement: { a: 'stay' as const } };
    expect(names(plan(observed(daemonSet(surge), ['a', 'b'], podsOf(traits), leaving)))).toEqual({ create: [], remove: ['p'] });
    const alone = { p: old('a'), q: fresh('b', { readyFor: undefined }) };
    expect(names(plan(observed(daemonSet(surge), ['a', 'b'], podsOf(alone), leaving)))).toEqual({ create: [], remove: [] });
  });

  it('does not begin before every node has its pod', () => {
    expect(names(plan(observed(daemonSet(), ['a', 'b'], podsOf({ p: old('a') }))))).toEqual({ create: ['b'], remove: [] });
  });

  it('does not happen by itself where pods are replaced on deletion', () => {
    expect(names(plan(observed(daemonSet('OnDelete'), ['a', 'b'], podsOf({ p: old('a'), q: old('b') }))))).toEqual({ create: [], remove: [] });
  });

  it('waits minReadySeconds for each pod', () => {
    const traits = { p: fresh('a', { readyFor: 5 }), q: old('b') };
    expect(names(plan(observed(daemonSet({ maxUnavailable: 1 }, 10), ['a', 'b'], podsOf(traits))))).toEqual({ create: [], remove: [] });
    expect(names(plan(observed(daemonSet({ maxUnavailable: 1 }, 5), ['a', 'b'], podsOf(traits))))).toEqual({ create: [], remove: ['q'] });
  });
});
