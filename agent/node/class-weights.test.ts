import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { CgroupManager } from '../contract/cgroups.ts';
import { podCgroup } from '../spec/pod-resources.ts';
import { withClassWeights } from './class-weights.ts';

const podOf = (uid: string, requests: Record<string, string>, limits: Record<string, string> = {}): Pod => ({
  metadata: { name: uid, uid },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests, limits } }] },
});
const guaranteed = podOf('g', { cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' });

function node() {
  const pods = new Map<string, Pod>();
  const weights: string[] = [];
  const plain: CgroupManager = {
    version: 1,
    hugePageSizes: [],
    apply: async ({ path, cpuShares }) => weights.push(`${path} ${cpuShares}`) > 0,
    remove: async () => {},
    list: async () => [],
    memoryUsage: async () => undefined,
    processes: async () => undefined,
    statistics: async () => undefined,
    machinePressure: async () => undefined,
    someProcess: async () => undefined,
  };
  const cgroups = withClassWeights(plain, '/k', () => pods.values());
  const begin = async (pod: Pod) => {
    pods.set(pod.metadata?.uid ?? '', pod);
    await cgroups.apply(podCgroup(pod, '/k'));
    return weights.splice(0);
  };
  const end = async (pod: Pod) => {
    pods.delete(pod.metadata?.uid ?? '');
    await cgroups.remove(podCgroup(pod, '/k').path);
    return weights.splice(0);
  };
  return { begin, end };
}

describe('the weights of the classes of service', () => {
  it('are those of the requests of burstable pods, and the least for best-effort ones', async () => {
    const { begin, end } = node();
    expect(await begin(podOf('b', {}))).toEqual(['/k/besteffort 2', '/k/burstable 2', '/k/besteffort/podb 2']);
    expect(await begin(podOf('x', { cpu: '500m' }))).toEqual(['/k/burstable 512', '/k/burstable/podx 512']);
    expect(await begin(podOf('y', { cpu: '2' }))).toEqual(['/k/burstable 2560', '/k/burstable/pody 2048']);
    expect(await end(podOf('x', { cpu: '500m' }))).toEqual(['/k/burstable 2048']);
  });

  it('are not written while they stay the same', async () => {
    const { begin, end } = node();
    await begin(podOf('x', { cpu: '500m' }));
    expect(await begin(guaranteed)).toEqual(['/k/podg 1024']);
    expect(await end(guaranteed)).toEqual([]);
  });
});
