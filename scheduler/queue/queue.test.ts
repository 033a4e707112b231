import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { defaultProfile } from '../config/configuration.ts';
import type { ClusterEvent } from '../plugins/cluster-event.ts';
import { changedAspects } from '../plugins/cluster-event.ts';
import { createProfiles } from '../plugins/profile.ts';
import { newNodeInfo, setNode } from '../state/node-info.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { createSchedulingQueue } from './queue.ts';
import { createQueueingHints } from './queueing-hints.ts';

function harness() {
  const clock = createFakeClock();
  const incoming: string[] = [];
  /** UIDs of pods that wait for something that is not their own. */
  const held = new Set<string>();
  const queue = createSchedulingQueue({
    clock,
    onReady: () => {},
    onIncoming: (name, event) => incoming.push(`${name} ${event}`),
    signal: new AbortController().signal,
    hints: createQueueingHints(createProfiles([defaultProfile()], () => undefined)),
    isGated: ({ uid, pod: { spec } }) => held.has(uid) || (spec?.schedulingGates?.length ?? 0) > 0,
    podBackoff: { initialMs: 1000, maxMs: 10_000 },
  });
  const popAll = () => {
    const names: (string | undefined)[] = [];
    for (let next = queue.pop(); next; next = queue.pop()) names.push(next.info.pod.metadata.name);
    return names;
  };
  const fail = (name: string, ...filters: string[]) => queue.failed(`uid-${name}`, { rejectedBy: new Set(filters) });
  return { clock, queue, incoming, held, popAll, fail };
}

const nodeAdd = (...words: Parameters<typeof node>): ClusterEvent => {
  const info = newNodeInfo(words[0]);
  setNode(info, node(...words));
  return { name: 'NodeAdd', node: info, aspects: changedAspects(node(...words), undefined) };
};
const podDelete = (...words: Parameters<typeof pod>): ClusterEvent => ({ name: 'AssignedPodDelete', pod: podInfoOf(pod(...words)) });

describe('the scheduling queue', () => {
  it('knows of a pod that it is tried again only because it has waited for five minutes', async () => {
    const { clock, queue, fail } = harness();
    queue.set(pod('p'));
    expect(queue.pop()?.wasFlushed).toBe(false);
    fail('p', 'NodeResourcesFit');
    await clock.advance(360_000);
    expect(queue.pop()?.wasFlushed).toBe(true);
    fail('p', 'NodeResourcesFit');
    queue.wake(podDelete('other'));
    await clock.advance(10_000);
    expect(queue.pop()?.wasFlushed).toBe(false);
  });

  it('keeps in mind what happens while a pod makes room for itself', async () => {
    const { clock, queue, popAll, fail } = harness();
    const preempt = (name: string) => {
      queue.set(pod(name));
      popAll();
      queue.preempting(`uid-${name}`, new Set(['NodeResourcesFit']));
    };
    preempt('woken');
    queue.wake(podDelete('victim'));
    fail('woken', 'NodeResourcesFit');
    expect(popAll()).toEqual(['woken']);
    preempt('waiting');
    fail('waiting', 'NodeResourcesFit');
    await clock.advance(2000);
    expect(popAll()).toEqual([]);
  });

  it('holds a pod until it is free, also one that has failed', async () => {
    const { clock, queue, held, popAll, fail } = harness();
    held.add('uid-p');
    queue.set(pod('p'));
    queue.recheck('uid-p');
    expect([popAll(), queue.sizes().gated]).toEqual([[], 1]);
    held.clear();
    queue.recheck('uid-p');
    expect(popAll()).toEqual(['p']);
    fail('p', 'NodeResourcesFit');
    held.add('uid-p');
    queue.wake(podDelete('other'));
    await clock.advance(60_000);
    expect([popAll(), queue.sizes().gated]).toEqual([[], 1]);
  });

  it('gives a pod again whose decision was broken off, without back-off, and counts one attempt', () => {
    const { queue, popAll } = harness();
    queue.set(pod('p'));
    popAll();
    queue.again('uid-p');
    expect([popAll(), queue.get('uid-p')?.attempts]).toEqual([['p'], 1]);
    queue.again('uid-gone');
  });

  it('gives the more important pod first, then the one that came first', async () => {
    const { clock, queue, popAll } = harness();
    queue.set(pod('first', { priority: 1 }));
    await clock.advance(1);
    queue.set(pod('second', { priority: 1 }));
    queue.set(pod('important', { priority: 5 }));
    expect(popAll()).toEqual(['important', 'first', 'second']);
  });

  it('backs off from 1 s doubling to 10 s while there is other work', async () => {
    const { clock, queue, fail } = harness();
    const waits: number[] = [];
    queue.set(pod('p', { priority: 10 }));
    for (let round = 0; round < 6; round++) {
      expect(queue.pop()?.info.pod.metadata.name).toBe('p');
      queue.failed('uid-p', { rejectedBy: new Set(), error: true });
      const before = clock.now();
      while (queue.sizes().active === 0) await clock.advance(100);
      waits.push(clock.now() - before);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    fail('nobody');
  });

  it('takes a pod that backs off when there is nothing else to do, unless the server was in trouble', () => {
    const { queue, popAll, fail } = harness();
    queue.set(pod('full', { cpu: '1' }));
    queue.set(pod('troubled'));
    popAll();
    fail('full', 'NodeResourcesFit');
    queue.failed('uid-troubled', { rejectedBy: new Set(), error: true });
    queue.wake(podDelete('x'));
    expect(queue.sizes()).toMatchObject({ backoff: 2, active: 0 });
    expect(popAll()).toEqual(['full']);
  });

  it.each<[string, string, ClusterEvent, boolean]>([
    ['a node that is large enough', 'NodeResourcesFit', nodeAdd('n', { cpu: '2' }), true],
    ['a node that is too small', 'NodeResourcesFit', nodeAdd('n', { cpu: '500m' }), false],
    ['a pod that goes', 'NodeResourcesFit', podDelete('x'), true],
    ['a pod that comes', 'NodeResourcesFit', { name: 'AssignedPodAdd', pod: podInfoOf(pod('x')) }, false],
    ['a node with the label', 'NodeAffinity', nodeAdd('n', { labels: { disk: 'ssd' } }), true],
    ['a node without the label', 'NodeAffinity', nodeAdd('n'), false],
    ['a node whose taint it does not tolerate', 'TaintToleration', nodeAdd('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), false],
    ['a node without taints', 'TaintToleration', nodeAdd('n'), true],
    ['a cordoned node', 'NodeUnschedulable', nodeAdd('n', { unschedulable: true }), false],
    ['a pod that frees its host port', 'NodePorts', podDelete('x', { hostPort: 80 }), true],
    ['a pod that frees another host port', 'NodePorts', podDelete('x', { hostPort: 81 }), false],
  ])('%s, for a pod that %s rejected: tried again or not', (_name, filter, event, expected) => {
    const { queue, popAll, fail } = harness();
    queue.set(pod('p', { cpu: '1', hostPort: 80, spec: { nodeSelector: { disk: 'ssd' } } }));
    popAll();
    fail('p', filter);
    queue.wake(event);
    expect(popAll()).toEqual(expected ? ['p'] : []);
  });

  it('does not try a pod again because of its own status, but does when its spec changes', () => {
    const { queue, popAll, fail } = harness();
    const before = pod('p', { cpu: '2' });
    queue.set(before);
    popAll();
    fail('p', 'NodeResourcesFit');
    queue.set({ ...before, status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } });
    expect(popAll()).toEqual([]);
    queue.set({ ...before, metadata: { ...before.metadata, labels: { app: 'x' } } });
    expect(popAll()).toEqual(['p']);
  });

  it('forgets pods that are gone', () => {
    const { queue, popAll } = harness();
    queue.set(pod('p'));
    queue.remove('uid-p');
    expect(popAll()).toEqual([]);
    expect(queue.sizes()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  it('counts arrivals by queue and cause', () => {
    const { queue, incoming, popAll, fail } = harness();
    queue.set(pod('p'));
    popAll();
    fail('p', 'NodeResourcesFit');
    queue.wake(podDelete('x'));
    expect(incoming).toEqual(['active PodAdd', 'unschedulable ScheduleAttemptFailure', 'backoff AssignedPodDelete']);
  });
});
