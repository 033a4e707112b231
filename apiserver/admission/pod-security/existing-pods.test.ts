import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { existingPodWarnings } from './existing-pods.ts';
import type { LevelVersion } from './policy.ts';

const baseline: LevelVersion = { level: 'baseline', version: 'latest' };
const pod = (name: string, spec: object, owner?: string) => ({
  metadata: {
    name,
    namespace: 'n',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] } : {}),
  },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const clock = createFakeClock();

describe('warnings about existing pods', () => {
  it('name the first pod of each set of reasons, and how many others there are', async () => {
    const pods = [
      pod('z', { hostPID: true }),
      pod('b', { hostPID: true }),
      pod('a', { hostNetwork: true, hostPID: true }),
      pod('q', { hostPID: true }),
      pod('ok', {}),
    ];
    expect(await existingPodWarnings('n', baseline, pods, clock)).toEqual([
      'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 3 other pods): host namespaces',
    ]);
    const two = [pod('z', { hostPID: true }), pod('y', { hostPID: true }), pod('x', { volumes: [{ name: 'v', hostPath: { path: '/' } }] })];
    expect(await existingPodWarnings('n', baseline, two, clock)).toEqual([
      'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
      'x: hostPath volumes',
      'y (and 1 other pod): host namespaces',
    ]);
    expect(await existingPodWarnings('n', baseline, [pod('ok', {})], clock)).toEqual([]);
  });

  it('look at 3,000 pods, and at one pod of each controller before its others', async () => {
    const replicas = Array.from({ length: 3000 }, (_, i) => pod(`web-${i}`, {}, 'web'));
    expect(await existingPodWarnings('n', baseline, [...replicas, pod('z', { hostPID: true }, 'other')], clock)).toEqual([
      'new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods',
      'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
      'z: host namespaces',
    ]);
  });

  it('end after a second, and let others have their turn meanwhile', async () => {
    let turns = 0;
    const slow = { ...clock, monotonic: () => turns * 600 };
    const count = () => {
      turns++;
      if (turns < 3) setImmediate(count);
    };
    setImmediate(count);
    const pods = Array.from({ length: 1000 }, (_, i) => pod(`p-${i}`, {}));
    expect(await existingPodWarnings('n', baseline, pods, slow)).toEqual([
      expect.stringMatching(/only checked against the first \d00 of 1000 existing pods/),
    ]);
  });
});
