import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { podsToDelete } from './ranking.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

interface Traits {
  node?: string;
  phase?: string;
  /** Seconds for which it has been ready; left out: not ready. */
  readyFor?: number;
  cost?: string;
  restarts?: number;
  sidecarRestarts?: number;
  age?: number;
}

/** A pod that ranks last (is kept longest) but for its traits. */
const pod = (
  name: string,
  { node = 'n', phase = 'Running', readyFor, cost, restarts = 0, sidecarRestarts = 0, age = 10_000 }: Traits = {},
): Live<Pod> => ({
  metadata: {
    name,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: ago(age),
    ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
  },
  spec: { containers: [], initContainers: [{ name: 'side', restartPolicy: 'Always' }], ...(node ? { nodeName: node } : {}) },
  status: {
    phase,
    conditions: readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }],
    containerStatuses: [{ name: 'a', image: '', imageID: '', ready: true, restartCount: restarts }],
    initContainerStatuses: [{ name: 'side', image: '', imageID: '', ready: true, restartCount: sidecarRestarts }],
  },
});

describe('of two pods the one to delete first', () => {
  it.each<[string, Traits, Traits]>([
    ['is not assigned to a node', { node: '' }, { phase: 'Pending' }],
    ['is pending', { phase: 'Pending' }, { phase: 'Unknown' }],
    ['is of unknown phase rather than running', { phase: 'Unknown' }, {}],
    ['is not ready', { cost: '100' }, { readyFor: 1000, cost: '-100' }],
    ['costs less to delete', { readyFor: 1000, cost: '-1' }, { readyFor: 1 }],
    ['has been ready for a shorter time', { readyFor: 60, restarts: 0 }, { readyFor: 6000, restarts: 9 }],
    ['restarted more often', { readyFor: 1000, restarts: 3 }, { readyFor: 1000, sidecarRestarts: 9 }],
    ['has a sidecar that restarted more often', { readyFor: 1000, sidecarRestarts: 3 }, { readyFor: 1000, age: 10 }],
    ['is younger', { readyFor: 5, age: 10 }, { readyFor: 5, age: 100_000 }],
  ])('%s', (_, first, second) => {
    const victim = pod('zz-victim', first);
    const other = pod('aa-other', second);
    expect(podsToDelete([other, victim], [other, victim], 1, NOW)).toEqual([victim]);
    expect(podsToDelete([victim, other], [other, victim], 1, NOW)).toEqual([victim]);
  });

  it('shares its node with more pods of the family', () => {
    const crowded = pod('zz', { node: 'full', readyFor: 100_000 });
    const alone = pod('aa', { node: 'empty', readyFor: 1 });
    const sibling = pod('sibling', { node: 'full', readyFor: 5 });
    expect(podsToDelete([alone, crowded], [alone, crowded, sibling], 1, NOW)).toEqual([crowded]);
  });

  it('is picked by UID where ages are about the same', () => {
    const a = pod('a', { readyFor: 1000 });
    const b = pod('b', { readyFor: 1010 });
    expect(podsToDelete([b, a], [], 1, NOW)).toEqual([a]);
  });

  it('takes no cost from an annotation that is no number', () => {
    const odd = pod('odd', { readyFor: 10, cost: '-5x' });
    const tooLarge = pod('too-large', { readyFor: 10, cost: '-2147483649' });
    const cheap = pod('cheap', { readyFor: 100_000, cost: '-1' });
    expect(podsToDelete([odd, tooLarge, cheap], [], 1, NOW)).toEqual([cheap]);
  });
});

it('deletes all where all must go', () => {
  const all = [pod('a'), pod('b')];
  expect(podsToDelete(all, [], 2, NOW)).toEqual(all);
});
