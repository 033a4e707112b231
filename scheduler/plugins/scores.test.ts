import { describe, expect, it } from '@jest/globals';
import { selectorFromLabels } from '../../api/selector/selector.ts';
import { nodesToFind } from '../cycle/algorithm.ts';
import { scene } from '../cycle/scene.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { imageLocalityScore } from './image-locality.ts';
import { interPodAffinityScore } from './inter-pod-affinity.ts';
import { nodeAffinityScore } from './node-affinity.ts';
import { balancedAllocationScore, leastAllocatedScore } from './node-resources.ts';
import type { Score } from './plugin.ts';
import { podTopologySpreadScore } from './pod-topology-spread.ts';
import { taintTolerationScore } from './taint-toleration.ts';

/** Normalised scores by node; undefined where the score does not apply. */
function scoresOf(score: Score, { cluster }: ReturnType<typeof scene>, subject: ReturnType<typeof pod>) {
  const nodes = cluster.nodes();
  const of = score.prepare(podInfoOf(subject), cluster, nodes);
  if (!of) return undefined;
  const values = nodes.map(of);
  score.normalize?.(values);
  return Object.fromEntries(nodes.map(({ name }, index) => [name, values[index]]));
}

const zone = (value: string) => ({ 'topology.kubernetes.io/zone': value });
const web = (name: string) => pod(name, { labels: { app: 'web' } });

describe('the scheduler’s scores', () => {
  it('favour nodes with more left', () => {
    const stage = scene([node('a', { cpu: '4', memory: '8Gi' }), node('b', { cpu: '4', memory: '8Gi' })], {
      a: [pod('x', { cpu: '2', memory: '4Gi' })],
    });
    expect(scoresOf(leastAllocatedScore, stage, pod('p', { cpu: '1', memory: '2Gi' }))).toEqual({ a: 25, b: 75 });
  });

  it('count a little for containers that ask for nothing', () => {
    const stage = scene([node('a', { cpu: '1', memory: '1000Mi' })]);
    expect(scoresOf(leastAllocatedScore, stage, pod('p'))).toEqual({ a: 85 });
  });

  it('favour nodes whose CPU and memory are used alike, and say nothing about pods that ask for neither', () => {
    const stage = scene([node('a', { cpu: '4', memory: '8Gi' }), node('b', { cpu: '4', memory: '8Gi' })], { a: [pod('x', { cpu: '2' })] });
    expect(scoresOf(balancedAllocationScore, stage, pod('p', { memory: '4Gi' }))).toEqual({ a: 100, b: 75 });
    expect(scoresOf(balancedAllocationScore, stage, pod('p'))).toBeUndefined();
  });

  it('favour nodes with fewer untolerated PreferNoSchedule taints', () => {
    const taint = (key: string) => ({ key, effect: 'PreferNoSchedule' });
    const stage = scene([node('a', { taints: [taint('x'), taint('y')] }), node('b', { taints: [taint('x')] }), node('c')]);
    expect(scoresOf(taintTolerationScore, stage, pod('p'))).toEqual({ a: 0, b: 50, c: 100 });
  });

  it('add up the weights of preferred node affinity', () => {
    const prefer = (weight: number, key: string) => ({ weight, preference: { matchExpressions: [{ key, operator: 'Exists' }] } });
    const spec = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(30, 'x'), prefer(10, 'y')] } } };
    const stage = scene([node('a', { labels: { x: '', y: '' } }), node('b', { labels: { y: '' } }), node('c')]);
    expect(scoresOf(nodeAffinityScore, stage, pod('p', { spec }))).toEqual({ a: 100, b: 25, c: 0 });
  });

  it('favour domains with pods that are preferred near, and shun those to be far from', () => {
    const term = { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: 'web' } } };
    const weighted = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: term }] };
    const stage = scene([node('a', { labels: zone('1') }), node('b', { labels: zone('2') })], { a: [web('x')] });
    expect(scoresOf(interPodAffinityScore, stage, pod('p', { spec: { affinity: { podAffinity: weighted } } }))).toEqual({ a: 100, b: 0 });
    expect(scoresOf(interPodAffinityScore, stage, pod('p', { spec: { affinity: { podAntiAffinity: weighted } } }))).toEqual({ a: 0, b: 100 });
  });

  it('mind what the pods that are there prefer', () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
    const shy = pod('shy', {
      spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }] } } },
    });
    expect(scoresOf(interPodAffinityScore, scene([node('a'), node('b')], { a: [shy] }), web('p'))).toEqual({ a: 0, b: 100 });
  });

  it('spread the pods of a Service or controller over hosts and zones by default', () => {
    const score = podTopologySpreadScore(() => selectorFromLabels({ app: 'web' }));
    const nodes = [node('a', { labels: zone('1') }), node('b', { labels: zone('1') }), node('c', { labels: zone('2') })];
    const scores = scoresOf(score, scene(nodes, { a: [web('x'), web('y')] }), web('p'));
    expect(scores?.c).toBeGreaterThan(scores?.b ?? 0);
    expect(scores?.b).toBeGreaterThan(scores?.a ?? 0);
    expect(scoresOf(score, scene([node('a'), node('b')], { a: [web('x')] }), web('p'))?.b).toBeGreaterThan(0);
  });

  it('obey soft constraints of the pod’s own', () => {
    const spec = {
      topologySpreadConstraints: [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    const stage = scene([node('a', { labels: zone('1') }), node('b', { labels: zone('2') }), node('nozone')], { a: [web('x')] });
    expect(
      scoresOf(
        podTopologySpreadScore(() => undefined),
        stage,
        pod('p', { labels: { app: 'web' }, spec }),
      ),
    ).toEqual({ a: 0, b: 100, nozone: 0 });
  });

  it('favour nodes that have the image', () => {
    const images = [{ names: ['registry/app:latest'], sizeBytes: 500 * 1024 * 1024 }];
    const stage = scene([node('a', { images }), node('b')]);
    const scores = scoresOf(imageLocalityScore, stage, pod('p', { image: 'registry/app' }));
    expect(scores).toEqual({ a: 23, b: 0 });
    expect(scoresOf(imageLocalityScore, stage, pod('p', { image: 'other' }))).toBeUndefined();
  });
});

describe('how many feasible nodes are enough', () => {
  it.each([
    [50, 50],
    [100, 100],
    [400, 188],
    [1000, 420],
    [5000, 500],
    [10000, 500],
  ])('of %i nodes: %i', (count, expected) => {
    expect(nodesToFind(count)).toBe(expected);
  });
});
