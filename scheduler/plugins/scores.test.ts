import { describe, expect, it } from '@jest/globals';
import { selectorFromLabels } from '../../api/selector/selector.ts';
import type { ScoringStrategy } from '../config/plugin-arguments.ts';
import { DEFAULT_ARGUMENTS } from '../config/plugin-arguments.ts';
import { nodesToFind } from '../cycle/algorithm.ts';
import { scene } from '../cycle/scene.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { imageLocalityScore } from './image-locality.ts';
import { interPodAffinityScore } from './inter-pod-affinity.ts';
import { nodeAffinityScore } from './node-affinity.ts';
import type { Score } from './plugin.ts';
import { podTopologySpreadScore } from './pod-topology-spread.ts';
import { balancedAllocationScore, nodeResourcesFitScore } from './resource-scores.ts';
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

const cpuAndMemory = DEFAULT_ARGUMENTS.NodeResourcesBalancedAllocation.resources;
const leastAllocatedScore = nodeResourcesFitScore(DEFAULT_ARGUMENTS.NodeResourcesFit.scoringStrategy);
const affinityScore = interPodAffinityScore(DEFAULT_ARGUMENTS.InterPodAffinity);
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
    expect(scoresOf(balancedAllocationScore(cpuAndMemory), stage, pod('p', { memory: '4Gi' }))).toEqual({ a: 100, b: 75 });
    expect(scoresOf(balancedAllocationScore(cpuAndMemory), stage, pod('p'))).toBeUndefined();
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
    expect(scoresOf(nodeAffinityScore(), stage, pod('p', { spec }))).toEqual({ a: 100, b: 25, c: 0 });
  });

  it('favour domains with pods that are preferred near, and shun those to be far from', () => {
    const term = { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: 'web' } } };
    const weighted = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: term }] };
    const stage = scene([node('a', { labels: zone('1') }), node('b', { labels: zone('2') })], { a: [web('x')] });
    expect(scoresOf(affinityScore, stage, pod('p', { spec: { affinity: { podAffinity: weighted } } }))).toEqual({ a: 100, b: 0 });
    expect(scoresOf(affinityScore, stage, pod('p', { spec: { affinity: { podAntiAffinity: weighted } } }))).toEqual({ a: 0, b: 100 });
  });

  it('mind what the pods that are there prefer', () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
    const shy = pod('shy', {
      spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }] } } },
    });
    expect(scoresOf(affinityScore, scene([node('a'), node('b')], { a: [shy] }), web('p'))).toEqual({ a: 0, b: 100 });
  });

  it('spread the pods of a Service or controller over hosts and zones by default', () => {
    const score = podTopologySpreadScore({ constraints: undefined, selectorOf: () => selectorFromLabels({ app: 'web' }) });
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
      scoresOf(podTopologySpreadScore({ constraints: undefined, selectorOf: () => undefined }), stage, pod('p', { labels: { app: 'web' }, spec })),
    ).toEqual({ a: 0, b: 100, nozone: 0 });
  });

  it('favour nodes that have the image', () => {
    const images = [{ names: ['registry/app:latest'], sizeBytes: 500 * 1024 * 1024 }];
    const stage = scene([node('a', { images }), node('b')]);
    const scores = scoresOf(imageLocalityScore, stage, pod('p', { image: 'registry/app' }));
    expect(scores).toEqual({ a: 23, b: 0 });
    expect(scoresOf(imageLocalityScore, stage, pod('p', { image: 'other' }))).toBeUndefined();
    const volumes = [{ name: 'model', image: { reference: 'registry/app:latest' } }];
    expect(scoresOf(imageLocalityScore, stage, pod('p', { image: 'other', spec: { volumes } }))).toEqual({ a: 23, b: 0 });
  });
});

describe('the scores of a profile with arguments', () => {
  const fitBy = (strategy: Partial<ScoringStrategy>) =>
    nodeResourcesFitScore({ type: 'LeastAllocated', resources: cpuAndMemory, shape: [], ...strategy });
  const stage = scene([node('a', { cpu: '4', memory: '8Gi' }), node('b', { cpu: '4', memory: '8Gi' })], {
    a: [pod('x', { cpu: '2', memory: '4Gi' })],
  });
  const subject = pod('p', { cpu: '1', memory: '2Gi' });

  it('favour fuller nodes with MostAllocated', () => {
    expect(scoresOf(fitBy({ type: 'MostAllocated' }), stage, subject)).toEqual({ a: 75, b: 25 });
  });

  it('weigh the resources', () => {
    const tilted = scene([node('a', { cpu: '4', memory: '8Gi' })]);
    const resources = [
      { name: 'cpu', weight: 3 },
      { name: 'memory', weight: 1 },
    ];
    expect(scoresOf(fitBy({ resources }), tilted, pod('p', { cpu: '2', memory: '8Gi' }))).toEqual({ a: 37 });
  });

  it('go by the lines between the points of a shape', () => {
    const shape = [
      { utilization: 0, score: 0 },
      { utilization: 50, score: 10 },
      { utilization: 100, score: 2 },
    ];
    expect(scoresOf(fitBy({ type: 'RequestedToCapacityRatio', shape }), stage, subject)).toEqual({ a: 60, b: 50 });
  });

  it('count an extended resource only for pods that ask for it', () => {
    const resources = [{ name: 'example.com/gpu', weight: 1 }];
    const gpus = scene([node('a', { resources: { 'example.com/gpu': '4' } }), node('b')]);
    expect(scoresOf(fitBy({ resources }), gpus, pod('p', { requests: { 'example.com/gpu': '1' } }))).toEqual({ a: 75, b: 0 });
    expect(scoresOf(fitBy({ resources }), gpus, subject)).toEqual({ a: 0, b: 0 });
  });

  it('balance more than two resources by their standard deviation', () => {
    const resources = ['cpu', 'memory', 'ephemeral-storage'].map((name) => ({ name, weight: 1 }));
    const empty = scene([node('a', { cpu: '4', memory: '8Gi' })]);
    const asks = pod('p', { cpu: '4', memory: '4Gi', requests: { 'ephemeral-storage': '50Gi' } });
    expect(scoresOf(balancedAllocationScore(resources), empty, asks)).toEqual({ a: 76 });
  });

  it('add the preferences of added affinity to the pod’s own', () => {
    const preference = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
    const added = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference }] };
    expect(scoresOf(nodeAffinityScore(added), scene([node('a', { labels: { disk: 'ssd' } }), node('b')]), subject)).toEqual({ a: 100, b: 0 });
  });

  it('ignore required affinity of placed pods if its weight is 0, and their preferences if they are told to', () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
    const close = pod('close', { spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } });
    const placed = scene([node('a'), node('b')], { a: [close] });
    expect(scoresOf(affinityScore, placed, web('p'))).toEqual({ a: 100, b: 0 });
    const args = { hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: false };
    expect(scoresOf(interPodAffinityScore(args), placed, web('p'))).toBeUndefined();
    const shy = pod('shy', {
      spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }] } } },
    });
    const ignoring = interPodAffinityScore({ hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: true });
    expect(scoresOf(ignoring, scene([node('a'), node('b')], { a: [shy] }), web('p'))).toBeUndefined();
  });

  it('spread by default constraints of their own, strictly by the key', () => {
    const constraints = [{ topologyKey: 'rack', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' as const }];
    const score = podTopologySpreadScore({ constraints, selectorOf: () => selectorFromLabels({ app: 'web' }) });
    const racks = scene([node('a', { labels: { rack: '1' } }), node('b', { labels: { rack: '2' } }), node('none')], { a: [web('x')] });
    expect(scoresOf(score, racks, web('p'))).toEqual({ a: 0, b: 100, none: 0 });
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

  it.each([
    [50, 1, 50],
    [1000, 50, 500],
    [1000, 1, 100],
    [1000, 100, 1000],
  ])('of %i nodes with percentageOfNodesToScore %i: %i', (count, percentage, expected) => {
    expect(nodesToFind(count, percentage)).toBe(expected);
  });
});
