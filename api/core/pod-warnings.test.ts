import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from './pod-spec.ts';
import { podSpecWarnings } from './pod-warnings.ts';

const C = { name: 'c', image: 'i' };
const warnings = (spec: Partial<PodSpec>, annotations?: Record<string, string>) =>
  podSpecWarnings({ containers: [C], ...spec }, annotations, 'spec', undefined);

describe('warnings about a pod', () => {
  it('has none about an ordinary one', () => {
    expect(warnings({ containers: [{ ...C, ports: [{ containerPort: 80 }], resources: { limits: { memory: '1Gi' } } }] })).toEqual([]);
  });

  it.each<[string, Partial<PodSpec>, string]>([
    [
      'a node label that has a new name',
      { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } },
      'spec.nodeSelector[beta.kubernetes.io/os]: beta.kubernetes.io/os is deprecated; use "kubernetes.io/os" instead',
    ],
    ['a volume of a type that is gone', { volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] }, 'spec.volumes[0].gitRepo: deprecated in v1.11'],
    [
      'a variable that hides another',
      { containers: [{ ...C, env: [{ name: 'A' }, { name: 'A' }] }] },
      'spec.containers[0].env[1]: hides previous definition of "A"',
    ],
    [
      'parts of bytes',
      { containers: [{ ...C, resources: { limits: { memory: '1500m' } } }] },
      'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
    ],
    [
      'a port opened twice',
      { containers: [{ ...C, ports: [{ containerPort: 80 }, { containerPort: 80 }] }] },
      'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
    ],
    ['a negative grace period', { terminationGracePeriodSeconds: -1 }, 'spec.terminationGracePeriodSeconds: must be >= 0'],
  ])('names %s', (_what, spec, expected) => {
    expect(warnings(spec)).toEqual([expect.stringContaining(expected)]);
  });

  it('names annotations that no longer work', () => {
    expect(warnings({}, { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' })).toEqual([
      expect.stringContaining('non-functional in v1.27+'),
    ]);
  });

  it('has none about an update', () => {
    expect(podSpecWarnings({ containers: [C], terminationGracePeriodSeconds: -1 }, undefined, 'spec', { containers: [C] })).toEqual([]);
  });
});
