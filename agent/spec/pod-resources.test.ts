import { describe, expect, it } from '@jest/globals';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { containerResources, sandboxResources } from './container-resources.ts';
import { pageSizeName } from './huge-pages.ts';
import { oomScore } from './oom-score.ts';
import { cpuShares, podCgroup, podRequest, qosClass } from './pod-resources.ts';

const GI = 2 ** 30;
const using = (...all: (ResourceRequirements | undefined)[]) =>
  aPod({ containers: all.map((resources, index) => aContainer(`c${index}`, { resources })) });
const machine = { memoryCapacity: 8 * GI, cgroups: { version: 1, hugePageSizes: [] as number[] } } as const;
const full = { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '500m', memory: '1Gi' } };

describe('the quality of service', () => {
  it.each([
    ['BestEffort', [undefined]],
    ['BestEffort', [{ requests: { 'ephemeral-storage': '1Gi' } }]],
    ['Guaranteed', [full, full]],
    ['Guaranteed', [{ limits: full.limits }]],
    ['Burstable', [full, undefined]],
    ['Burstable', [{ requests: { cpu: '100m' } }]],
    ['Burstable', [{ limits: { cpu: '1' } }]],
    ['Burstable', [{ requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '200m', memory: '1Gi' } }]],
  ])('is %s for %j', (expected, resources) => {
    expect(qosClass(using(...resources).spec)).toBe(expected);
  });
});

describe('the cgroups of a pod', () => {
  it('stand under the parent of its class', () => {
    expect(podCgroup(using(full), '/kubepods').path).toBe('/kubepods/podu1');
    expect(podCgroup(using({ requests: { cpu: '1' } }), '/kubepods').path).toBe('/kubepods/burstable/podu1');
    expect(podCgroup(using(undefined), '/kubepods').path).toBe('/kubepods/besteffort/podu1');
  });

  it('have the sum of the limits, if every container has one', () => {
    expect(podCgroup(using(full, full), '/k')).toMatchObject({ cpuLimitMilli: 1000, memoryLimitBytes: 2 * GI, cpuShares: 1024 });
    expect(podCgroup(using(full, { limits: { cpu: '1' } }), '/k')).toMatchObject({ cpuLimitMilli: 1500, memoryLimitBytes: 0 });
  });

  const whole = { requests: { cpu: '2', memory: '3Gi' }, limits: { cpu: '3', memory: '3Gi' } };
  const within = (...all: readonly ResourceRequirements[]) => aPod({ ...using(...all).spec, resources: whole });

  it('have the resources of the pod as a whole', () => {
    expect(podCgroup(within({}), '/k')).toMatchObject({ cpuLimitMilli: 3000, memoryLimitBytes: 3 * GI, cpuShares: 2048 });
  });

  it('have the overhead of the pod’s RuntimeClass on top, where the pod has an amount at all', () => {
    const overhead = { cpu: '250m', memory: '1Gi' };
    const over = (...all: (ResourceRequirements | undefined)[]) => podCgroup(aPod({ ...using(...all).spec, overhead }), '/k');
    expect(over(full)).toMatchObject({ cpuLimitMilli: 750, memoryLimitBytes: 2 * GI, cpuShares: 768 });
    expect(over(full, { limits: { cpu: '1' } })).toMatchObject({ cpuLimitMilli: 1750, memoryLimitBytes: 0, cpuShares: 1792 });
    expect(over({ requests: { cpu: '1' } })).toMatchObject({ cpuLimitMilli: 0, memoryLimitBytes: 0, cpuShares: 1280 });
    expect(over(undefined)).toMatchObject({ cpuLimitMilli: 0, memoryLimitBytes: 0, cpuShares: 2 });
  });

  it('have no limit while an init container has none', () => {
    const init = { initContainers: [aContainer('i')], containers: [aContainer('c', { resources: full })] };
    expect(podCgroup(aPod(init), '/k')).toMatchObject({ cpuLimitMilli: 0, memoryLimitBytes: 0 });
  });

  it('bound a container without limits by those of the pod', () => {
    const limits = ({ spec, ...pod }: ReturnType<typeof aPod>) =>
      containerResources({ spec, ...pod }, spec?.containers[0] ?? aContainer('c'), machine);
    expect(limits(within({}))).toMatchObject({ cpu_shares: 3072, cpu_quota: 300_000, memory_limit_in_bytes: 3 * GI });
    expect(limits(within({ requests: { cpu: '1' }, limits: { cpu: '2' } }))).toMatchObject({
      cpu_shares: 1024,
      cpu_quota: 200_000,
      memory_limit_in_bytes: 3 * GI,
    });
  });

  it('weigh CPU by requests, within the bounds of the kernel', () => {
    expect([0, 1, 100, 1000, 1_000_000].map(cpuShares)).toEqual([2, 2, 102, 1024, 262_144]);
  });

  it('limit a container to what it may use', () => {
    const pod = using(full);
    expect(containerResources(pod, pod.spec?.containers[0] ?? aContainer('c'), machine)).toEqual({
      cpu_shares: 512,
      cpu_quota: 50_000,
      cpu_period: 100_000,
      memory_limit_in_bytes: GI,
      oom_score_adj: -997,
    });
    expect(containerResources(using(undefined), aContainer('c'), machine)).toEqual({ cpu_shares: 2, oom_score_adj: 1000 });
  });

  it('tell the runtime what its sandbox is for, and what it takes itself', () => {
    const partly = using(full, { limits: { cpu: '1' } });
    const sizes = { cpu_shares: 1536, cpu_quota: 150_000, cpu_period: 100_000, memory_limit_in_bytes: GI };
    expect(sandboxResources(partly, machine)).toEqual({ resources: sizes });
    expect(sandboxResources(aPod({ ...partly.spec, overhead: { cpu: '250m', memory: '1Gi' } }), machine)).toEqual({
      resources: sizes,
      overhead: { cpu_shares: 256, cpu_quota: 25_000, cpu_period: 100_000, memory_limit_in_bytes: GI },
    });
  });

  const MI = 2 ** 20;
  const paged = (pages: Readonly<Record<string, string>>): ResourceRequirements => ({ requests: pages, limits: pages });

  it('have as many huge pages as the pod asks for, and none else', () => {
    const pagesOf = (pod: ReturnType<typeof aPod>) => [...(podCgroup(pod, '/k').hugePages ?? [])];
    const [large, small] = [paged({ 'hugepages-1Gi': '1Gi', 'hugepages-2Mi': '4Mi' }), paged({ 'hugepages-2048Ki': '2Mi' })];
    expect(pagesOf(using(large, small, full))).toEqual([
      [GI, GI],
      [2 * MI, 6 * MI],
    ]);
    expect(pagesOf(aPod({ ...using(small, full).spec, resources: paged({ 'hugepages-2Mi': '8Mi' }) }))).toEqual([[2 * MI, 8 * MI]]);
    expect(pagesOf(aPod({ ...using(small).spec, overhead: { 'hugepages-2Mi': '2Mi' } }))).toEqual([[2 * MI, 4 * MI]]);
    expect(pagesOf(using(full))).toEqual([]);
  });

  it('limit a container’s huge pages of every size, if the machine can', () => {
    const able = { ...machine, cgroups: { version: 1, hugePageSizes: [2 * MI, GI] } } as const;
    const limits = (of: ResourceRequirements, as: Parameters<typeof containerResources>[2] = able) => {
      const pod = aPod({ ...using(of).spec, resources: paged({ 'hugepages-2Mi': '8Mi' }) });
      return containerResources(pod, pod.spec?.containers[0] ?? aContainer('c'), as).hugepage_limits;
    };
    const two = (mebibytes: number) => ({ page_size: '2MB', limit: mebibytes * MI });
    expect(limits(paged({ 'hugepages-1Gi': '3Gi' }))).toEqual([two(8), { page_size: '1GB', limit: 3 * GI }]);
    expect(limits(paged({ 'hugepages-2Mi': '4Mi' }))).toEqual([two(4), { page_size: '1GB', limit: 0 }]);
    const { spec } = using(full);
    expect(containerResources(aPod(spec), spec?.containers[0] ?? aContainer('c'), machine)).not.toHaveProperty('hugepage_limits');
    expect([64 * 1024, 32 * MI].map(pageSizeName)).toEqual(['64KB', '32MB']);
  });

  it('have the kernel kill all processes of a container that runs out of memory, where it can', () => {
    const unified = { ...machine, cgroups: { ...machine.cgroups, version: 2 } } as const;
    expect(containerResources(using(undefined), aContainer('c'), unified)).toMatchObject({ unified: { 'memory.oom.group': '1' } });
    expect(containerResources(using(undefined), aContainer('c'), machine)).not.toHaveProperty('unified');
  });

  it('let the kernel kill those first that use more than they asked for', () => {
    const half = aContainer('c', { resources: { requests: { memory: '4Gi' } } });
    expect(oomScore(aPod({ containers: [half] }), half, 8 * GI)).toBe(500);
    const tiny = aContainer('c', { resources: { requests: { cpu: '1m' } } });
    expect(oomScore(aPod({ containers: [tiny] }), tiny, 8 * GI)).toBe(999);
    const odd = aContainer('c', { resources: { requests: { memory: '3Gi' } } });
    expect(oomScore(aPod({ containers: [odd] }), odd, 7 * GI)).toBe(1000 - 428);
    const [main, side] = [aContainer('m', { resources: { requests: { memory: '1Gi' } } }), aContainer('s', { restartPolicy: 'Always' })];
    const parts = { containers: [main], initContainers: [side] };
    expect([main, side].map((container) => oomScore(aPod(parts), container, 8 * GI))).toEqual([875, 875]);
    const shared = aPod({ ...parts, resources: { requests: { memory: '3Gi' } } });
    expect([main, side].map((container) => oomScore(shared, container, 8 * GI))).toEqual([750, 750]);
    expect(oomScore(aPod({ priority: 2_000_001_000 }), aContainer('c'), 8 * GI)).toBe(-997);
  });
});

describe('what a pod takes at its peak', () => {
  const ask = (cpu: string, more = {}) => aContainer('x', { resources: { requests: { cpu } }, ...more });
  it.each([
    ['the sum of its containers', { containers: [ask('1'), ask('500m')] }, 1500],
    ['an init container, where that is more', { initContainers: [ask('4')], containers: [ask('1')] }, 4000],
    ['sidecars beside its containers', { initContainers: [ask('1', { restartPolicy: 'Always' })], containers: [ask('2')] }, 3000],
    [
      'an init container beside the sidecars before it',
      { initContainers: [ask('1', { restartPolicy: 'Always' }), ask('4')], containers: [ask('2')] },
      5000,
    ],
    ['its overhead on top', { containers: [ask('1')], overhead: { cpu: '250m' } }, 1250],
    ['what the pod as a whole asks for', { containers: [ask('1')], resources: { requests: { cpu: '3' } } }, 3000],
  ])('is %s', (_what, spec, expected) => {
    expect(podRequest(aPod(spec), 'cpu')).toBe(expected);
  });
});
