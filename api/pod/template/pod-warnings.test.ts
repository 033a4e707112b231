import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../spec/pod-spec.ts';
import { podTemplateWarnings, podWarnings } from './pod-warnings.ts';

const C = { name: 'c', image: 'i' };
const warnings = (spec: Partial<PodSpec>, annotations?: Record<string, string>) =>
  podWarnings({ metadata: { name: 'p', annotations: annotations ?? {} }, spec: { containers: [C], ...spec } }, undefined);

describe('warnings about a pod', () => {
  it('has none about an ordinary one', () => {
    expect(warnings({ containers: [{ ...C, ports: [{ containerPort: 80 }], resources: { limits: { memory: '1Gi' } } }] })).toEqual([]);
  });

  it.each<[string, Partial<PodSpec>, string]>([
    [
      'a node label that has a new name',
      { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } },
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
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

  it('lets a variable be made of an earlier one', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '$(A)2' },
    ];
    expect(warnings({ containers: [{ ...C, env }] })).toEqual([]);
  });

  it('names ports that get in each other’s way', () => {
    const port = { containerPort: 80, protocol: 'TCP' };
    const other = (changes: object) =>
      warnings({
        containers: [
          { ...C, ports: [{ ...port, hostPort: 1 }] },
          { ...C, name: 'd', ports: [{ ...port, ...changes }] },
        ],
      });
    expect(other({})).toEqual(['spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]']);
    expect(other({ hostPort: 1, hostIP: '1.2.3.4' })).toEqual([
      'spec.containers[1].ports[0]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
    ]);
    expect(other({ hostPort: 2 })).toEqual([]);
    expect(warnings({ containers: [{ ...C, ports: [{ ...port, hostIP: '1.2.3.4' }] }] })).toEqual([
      'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.2.3.4}',
    ]);
  });

  it('names selectors that match nothing because there are none', () => {
    const term = { topologyKey: 'z' };
    expect(
      warnings({
        topologySpreadConstraints: [{ ...term, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
        affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] } },
      }),
    ).toEqual([
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
    ]);
  });

  it('names a name that makes no host name', () => {
    const pod = { metadata: { name: 'a.b' }, spec: { containers: [C] } };
    expect(podWarnings(pod, undefined)).toEqual([
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ]);
  });

  it('has none about an update of a pod', () => {
    const spec = { containers: [C], terminationGracePeriodSeconds: -1 };
    expect(podWarnings({ spec }, { metadata: { name: 'p' }, spec } as never)).toEqual([]);
  });

  it('has some about an update of what makes pods, where it raises the generation', () => {
    const template = { spec: { containers: [C], terminationGracePeriodSeconds: -1 } };
    const at = (generation: number) => ({ metadata: { name: 'd', generation } });
    expect(podTemplateWarnings(at(2), at(1), template, 'spec.template')).toEqual([
      expect.stringContaining('spec.template.spec.terminationGracePeriodSeconds: must be >= 0'),
    ]);
    expect(podTemplateWarnings(at(1), at(1), template, 'spec.template')).toEqual([]);
  });
});
