import { describe, expect, it } from '@jest/globals';
import type { PodDisruptionBudget } from '../../api/kinds/policy/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { selectorFrom } from '../../api/selector/selector.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { splitByBudgets } from './disruption-budgets.ts';
import { findPreemption } from './preemption.ts';
import { scene } from './scene.fixture.ts';

/** `node: victims` or the message. */
function preempt(
  stage: ReturnType<typeof scene>,
  subject: ReturnType<typeof pod>,
  more: {
    nominatedNode?: string;
    nominated?: Record<string, ReturnType<typeof pod>[]>;
    doomed?: Set<string>;
    budgets?: readonly Live<PodDisruptionBudget>[];
  } = {},
) {
  const info = podInfoOf(subject);
  const decision = stage.algorithm.decide(info, stage.profile);
  if ('node' in decision) return `fits on ${decision.node.name}`;
  const before = [...stage.cluster.nodes()].map(({ name, pods, requested }) => [name, pods.size, requested.milliCpu]);
  const found = findPreemption(info, {
    diagnosis: decision.diagnosis,
    cluster: stage.cluster,
    profile: stage.profile,
    budgets: {
      split: (victims) =>
        splitByBudgets(victims, ({ labels }) => (more.budgets ?? []).filter(({ spec }) => selectorFrom(spec?.selector).matches(labels))),
    },
    nominations: { on: (name) => (more.nominated?.[name] ?? []).map(podInfoOf) },
    random: () => 0,
    nominatedNode: more.nominatedNode,
    doomed: more.doomed ?? new Set(),
  });
  expect([...stage.cluster.nodes()].map(({ name, pods, requested }) => [name, pods.size, requested.milliCpu])).toEqual(before);
  return 'message' in found
    ? found.message
    : `${found.candidate.node.name}: ${found.candidate.victims.map(({ pod: { metadata } }) => metadata.name).join(' ')}`;
}

const small = (name: string, priority: number, cpu = '1', startTime = '2026-01-01T00:00:00Z') => pod(name, { cpu, priority, startTime });
const big = (priority: number, cpu = '2', spec = {}) => pod('big', { cpu, priority, spec });

describe('preemption', () => {
  it('takes the least important pods, and no more than needed', () => {
    const stage = scene([node('a', { cpu: '4' })], { a: [small('p1', 1), small('p2', 2), small('p3', 3), small('p4', 4)] });
    expect(preempt(stage, big(10))).toBe('a: p2 p1');
  });

  it('spares pods of the same or a higher priority', () => {
    const stage = scene([node('a', { cpu: '2' })], { a: [small('equal', 10, '2')] });
    expect(preempt(stage, big(10))).toBe('0/1 nodes are available: 1 No preemption victims found for incoming pod.');
  });

  it('does not take pods where that would not be enough', () => {
    const stage = scene([node('a', { cpu: '3' })], { a: [small('low', 1), small('high', 100, '2')] });
    expect(preempt(stage, big(10))).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  it('does not look at nodes that removing pods cannot help', () => {
    const tainted = node('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    const stage = scene([tainted, node('small', { cpu: '1' })], { a: [small('x', 0)] });
    expect(preempt(stage, big(10))).toBe('0/2 nodes are available: 2 Preemption is not helpful for scheduling.');
  });

  it('does nothing for pods that never preempt', () => {
    const stage = scene([node('a', { cpu: '2' })], { a: [small('x', 0, '2')] });
    expect(preempt(stage, big(10, '2', { preemptionPolicy: 'Never' }))).toBe('not eligible due to preemptionPolicy=Never.');
  });

  it('waits for the victims it has told to go', () => {
    const stage = scene([node('a', { cpu: '2' }), node('b', { cpu: '2' })], { a: [small('x', 0, '2')], b: [small('y', 0, '2')] });
    expect(preempt(stage, big(10), { nominatedNode: 'a', doomed: new Set(['uid-x']) })).toBe(
      'not eligible due to a terminating pod on the nominated node.',
    );
  });

  it.each([
    ['whose victims matter less', [small('a1', 5, '2')], [small('b1', 3, '2')], 'b: b1'],
    ['whose victims matter less in sum', [small('a1', 3), small('a2', 3)], [small('b1', 3), small('b2', 1)], 'b: b1 b2'],
    ['with fewer victims', [small('a1', 3), small('a2', 3)], [small('b1', 3, '2')], 'b: b1'],
    ['whose victims started later', [small('a1', 3, '2')], [small('b1', 3, '2', '2026-01-02T00:00:00Z')], 'b: b1'],
  ])('chooses the node %s', (_name, onA, onB, expected) => {
    expect(preempt(scene([node('a', { cpu: '2' }), node('b', { cpu: '2' })], { a: onA, b: onB }), big(10))).toBe(expected);
  });

  const budget = (app: string, disruptionsAllowed: number, disrupted: string[] = []): Live<PodDisruptionBudget> => ({
    metadata: { name: app, namespace: 'default', uid: app, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { selector: { matchLabels: { app } } },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: Object.fromEntries(disrupted.map((name) => [name, '2026-01-01T00:00:00Z'])),
    },
  });
  const of = (app: string, name: string, priority: number, cpu = '2') => pod(name, { cpu, priority, labels: { app } });

  it.each<[string, Live<PodDisruptionBudget>[], string]>([
    ['chooses the node where no budget is broken, though its victim matters more', [budget('guarded', 0)], 'b: b1'],
    ['goes by importance if the budget allows a disruption', [budget('guarded', 1)], 'a: a1'],
    ['does not count a pod again whose disruption is under way', [budget('guarded', 0, ['a1'])], 'a: a1'],
    ['breaks a budget if there is no other way', [budget('guarded', 0), budget('other', 0)], 'a: a1'],
  ])('%s', (_name, budgets, expected) => {
    const stage = scene([node('a', { cpu: '2' }), node('b', { cpu: '2' })], { a: [of('guarded', 'a1', 1)], b: [of('other', 'b1', 5)] });
    expect(preempt(stage, big(10), { budgets })).toBe(expected);
  });

  it('spares the pods of a budget before more important ones without', () => {
    const stage = scene([node('a', { cpu: '4' })], { a: [of('guarded', 'kept', 1), of('free', 'taken', 5)] });
    expect(preempt(stage, big(10), { budgets: [budget('guarded', 0)] })).toBe('a: taken');
    expect(preempt(stage, big(10))).toBe('a: kept');
  });

  it('does not take room that was promised to another', () => {
    const stage = scene([node('a', { cpu: '4' }), node('b', { cpu: '4' })], { a: [small('x', 0, '4')], b: [small('y', 5, '4')] });
    expect(preempt(stage, big(10, '4'))).toBe('a: x');
    expect(preempt(stage, big(10, '4'), { nominated: { a: [pod('other', { cpu: '4', priority: 20 })] } })).toBe('b: y');
  });

  it('makes room against anti-affinity and host ports too', () => {
    const antiAffinity = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }],
        },
      },
    };
    const stage = scene([node('a')], {
      a: [pod('web', { labels: { app: 'web' }, priority: 1 }), pod('port', { hostPort: 80, priority: 2 }), small('free', 0)],
    });
    expect(preempt(stage, pod('p', { priority: 10, hostPort: 80, spec: antiAffinity }))).toBe('a: port web');
  });
});
