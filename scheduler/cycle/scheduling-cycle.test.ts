import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { createNominator } from '../queue/nominator.ts';
import { node, pod } from '../state/objects.fixture.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { podInfoOf } from '../state/pod-info.ts';
import type { Algorithm } from './algorithm.ts';
import { createFailureMemo } from './failure-memo.ts';
import { scene } from './scene.fixture.ts';
import type { Placement, PostFilter } from './scheduling-cycle.ts';
import { createSchedulingCycle } from './scheduling-cycle.ts';

function cycleOn(nodes: readonly Live<Node>[], placed: Readonly<Record<string, readonly Live<Pod>[]>> = {}) {
  const { cluster, algorithm, profile, registry, metrics } = scene(nodes, placed);
  const nominator = createNominator();
  const failures = createFailureMemo(cluster, nominator);
  const profiles = new Map([[profile.schedulerName, profile]]);
  const budgets = { split: (victims: readonly PodInfo[]) => ({ violating: [], others: victims }) };
  const cycleOf = (by: Algorithm) =>
    createSchedulingCycle({ cluster, nominator, failures, doomed: new Set(), algorithm: by, profiles, budgets, random: () => 0, metrics });
  return { cluster, nominator, failures, registry, cycle: cycleOf(algorithm), cycleOf };
}

/** An outcome in few words. */
function words(outcome: Placement | PostFilter): string {
  if (outcome.type === 'scheduled') return `on ${outcome.nodeName}`;
  if (outcome.type !== 'preempt') return outcome.type;
  const { node: chosen, victims } = outcome.candidate;
  return `preempt ${victims.map((victim) => victim.pod.metadata.name).join(' ')} on ${chosen.name}`;
}

const full = { a: [pod('low', { cpu: '4', priority: 1 })] };
const cordoned = node('a', { unschedulable: true });

describe('a scheduling cycle', () => {
  it.each<[string, Live<Node>[], Record<string, Live<Pod>[]>, Live<Pod>, string, string | undefined]>([
    ['a node with room', [node('a')], {}, pod('p'), 'on a', undefined],
    ['no node at all', [], {}, pod('p'), 'unschedulable', 'no-nodes'],
    ['a full node with a less important pod', [node('a')], full, pod('p', { cpu: '4', priority: 2 }), 'unschedulable', 'preempt low on a'],
    ['a full node with an equally important pod', [node('a')], full, pod('p', { cpu: '4', priority: 1 }), 'unschedulable', 'unschedulable'],
    ['a cordoned node', [cordoned], {}, pod('p', { priority: 9 }), 'unschedulable', 'unschedulable'],
  ])('with %s decides and leaves the cluster as it was', (_name, nodes, placed, subject, placement, postFilter) => {
    const { cluster, cycle } = cycleOn(nodes, placed);
    const before = [cluster.version, cluster.podCount];
    const info = podInfoOf(subject);
    const outcome = cycle.place(info);
    expect(words(outcome)).toBe(placement);
    expect(outcome.type === 'unschedulable' ? words(cycle.postFilter(info, outcome.diagnosis)) : undefined).toBe(postFilter);
    expect([cluster.version, cluster.podCount]).toEqual(before);
  });

  it('answers a pod like one that failed with the same failure, until the cluster changes', () => {
    const { cluster, failures, cycle } = cycleOn([node('a', { cpu: '1' })]);
    const first = podInfoOf(pod('p', { cpu: '2' }));
    const placement = cycle.place(first);
    if (placement.type !== 'unschedulable') throw new Error(words(placement));
    const outcome = cycle.postFilter(first, placement.diagnosis);
    if (outcome.type !== 'unschedulable') throw new Error(words(outcome));
    failures.remember(first, outcome.failure);
    const second = podInfoOf(pod('q', { cpu: '2' }));
    expect(cycle.place(second)).toEqual({ type: 'known', failure: outcome.failure });
    cluster.setNode(node('b'));
    expect(words(cycle.place(second))).toBe('on b');
  });

  it('says that an earlier promise is void if preemption cannot help any more', () => {
    const { nominator, cycle } = cycleOn([node('a')], { a: [pod('high', { cpu: '4', priority: 9 })] });
    const info = podInfoOf(pod('p', { cpu: '4', priority: 2 }));
    nominator.set(info, 'a');
    const placement = cycle.place(info);
    if (placement.type !== 'unschedulable') throw new Error(words(placement));
    expect(cycle.postFilter(info, placement.diagnosis)).toMatchObject({ type: 'unschedulable', clearNomination: true });
  });

  it('hands an exception of a plugin over as an error', () => {
    const { cycleOf } = cycleOn([]);
    const broken = {
      decide: () => {
        throw new Error('broken');
      },
    };
    expect(cycleOf(broken).place(podInfoOf(pod('p')))).toEqual({ type: 'error', message: 'broken' });
  });
});
