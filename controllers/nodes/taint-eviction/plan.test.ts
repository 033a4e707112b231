import { describe, expect, it } from '@jest/globals';
import type { Toleration } from '../../../api/pod/placement/affinity.ts';
import type { EvictionStep } from './plan.ts';
import { planEviction, toleratedMs } from './plan.ts';

const pod = (tolerations: Toleration[]) => ({ spec: { containers: [], tolerations } });
/** The time at which a taint was added does not count: it may be missing, or of another clock. */
const taint = (key: string, effect = 'NoExecute') => ({ key, effect, timeAdded: '1970-01-01T00:00:00Z' });
const node = (...taints: ReturnType<typeof taint>[]) => ({ spec: { taints } });

describe('a pod bears its node', () => {
  it.each<[string, Toleration[], ReturnType<typeof node>, number | undefined]>([
    ['for ever if it has no taints', [], node(), undefined],
    ['for ever if its taint only keeps others away', [], node(taint('k', 'NoSchedule')), undefined],
    ['for no time with a taint it does not tolerate', [], node(taint('k')), 0],
    ['for ever with a taint it tolerates for ever', [{ key: 'k', operator: 'Exists' }], node(taint('k')), undefined],
    ['for as long as it tolerates the taint', [{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }], node(taint('k')), 300_000],
    [
      'for the shortest time that it tolerates one of several taints',
      [
        { key: 'k', operator: 'Exists', tolerationSeconds: 300 },
        { key: 'l', operator: 'Exists', tolerationSeconds: 10 },
      ],
      node(taint('k'), taint('l')),
      10_000,
    ],
    [
      'by the first toleration of a taint',
      [{ operator: 'Exists' }, { key: 'k', operator: 'Exists', tolerationSeconds: 10 }],
      node(taint('k')),
      undefined,
    ],
    ['for no time if one of two taints is not tolerated', [{ key: 'k', operator: 'Exists' }], node(taint('k'), taint('l')), 0],
    ['for no time if it tolerates for no time', [{ operator: 'Exists', tolerationSeconds: 0 }], node(taint('k')), 0],
  ])('%s', (_, tolerations, on, expected) => {
    expect(toleratedMs(pod(tolerations), on)).toBe(expected);
  });
});

describe('an eviction', () => {
  it.each<[string, number | undefined, number | undefined, EvictionStep]>([
    ['of a pod that may stay is none', undefined, undefined, { type: 'spare' }],
    ['that waited is none if the pod may stay', undefined, 5_000, { type: 'spare' }],
    ['waits from the moment at which taint and pod were seen together', 5_000, undefined, { type: 'wait', due: 6_000 }],
    ['that waits is not put off by a longer toleration, nor brought forward by a shorter one', 300_000, 2_000, { type: 'wait', due: 2_000 }],
    ['happens when its time has come', 5_000, 1_000, { type: 'evict' }],
    ['happens at once if a taint is not tolerated', 0, 5_000, { type: 'evict' }],
  ])('%s', (_, bearsMs, due, expected) => {
    expect(planEviction(bearsMs, due, 1_000)).toEqual(expected);
  });
});
