import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../api/pod/spec/pod-spec.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { memoryVolumeBytes } from './empty-dir.ts';

const MI = 2 ** 20;
const NODE = { memory: '1Gi' };

describe('an emptyDir in memory', () => {
  const limited = (memory: string): PodSpec => ({ containers: [aContainer('c', { resources: { limits: { memory } } })] });
  const partly: PodSpec = { containers: [...limited('64Mi').containers, aContainer('d')] };
  const whole: PodSpec = { containers: [aContainer('c')], resources: { limits: { memory: '128Mi' } } };
  it.each<[string, PodSpec, string | undefined, number]>([
    ['all memory that pods may use', { containers: [aContainer('c')] }, undefined, 1024],
    ['the pod’s limit, where that is less', limited('64Mi'), undefined, 64],
    ['the pod’s limit as a whole', whole, undefined, 128],
    ['its own limit, where that is less than the pod’s', limited('64Mi'), '8Mi', 8],
    ['no more than the pod’s limit, whatever its own', limited('64Mi'), '100Mi', 64],
    ['no more than the node’s memory, whatever the limits', limited('4Gi'), '2Gi', 1024],
    ['as if it had no limit, if that is 0', limited('64Mi'), '0', 64],
    ['as if the pod had no limit, if one of its containers has none', partly, undefined, 1024],
  ])('holds %s', (_what, spec, sizeLimit, expected) => {
    expect(memoryVolumeBytes(aPod(spec), { medium: 'Memory', sizeLimit }, NODE)).toBe(expected * MI);
  });
});
