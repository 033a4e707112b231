import { describe, expect, it } from '@jest/globals';
import type { Container, EphemeralContainer, VolumeMount } from '../../../pod/container/container.ts';
import type { Volume } from '../../../pod/volume/volume.ts';
import type { Changes } from './rules.fixture.ts';
import { one, podErrors, refuses, takes } from './rules.fixture.ts';

const mounted = (volume: Omit<Volume, 'name'>, mount: Partial<VolumeMount> = {}): Changes => ({
  volumes: [{ name: 'v', ...volume }],
  ...one({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }),
});

const ephemeral = (changes: Partial<EphemeralContainer>): Changes => ({ ephemeralContainers: [{ name: 'e', image: 'i', ...changes }] });
describe('a pod', () => {
  takes([['is valid with a name and an image in a container', {}]]);
  refuses([
    ['needs a container', { containers: [] }, ['spec.containers: Required value']],
    [
      'has a known restart policy',
      { restartPolicy: 'Sometimes' },
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'has init containers that end, which no resize restarts',
      {
        initContainers: ['a', 'b'].map((name, i) => ({
          name,
          image: 'i',
          ...(i === 0 ? { restartPolicy: 'Always' } : {}),
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
        })),
      },
      [
        'spec.initContainers[1].resizePolicy[0].restartPolicy: Invalid value: "RestartContainer": must not be set to \'RestartContainer\' for non-sidecar initContainers',
      ],
    ],
    ['has a known DNS policy', { dnsPolicy: 'Mine' }, ['spec.dnsPolicy: Unsupported value']],
    ['needs a DNS configuration where the policy is None', { dnsPolicy: 'None' }, ['spec.dnsConfig: Required value']],
    [
      'has three name servers at most',
      { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } },
      ['must not have more than 3 nameservers'],
    ],
    [
      'searches domains whose names may hold underscores',
      { dnsConfig: { searches: ['_a.b', 'a b'] } },
      [
        "spec.dnsConfig.searches[1]: Invalid value: \"a b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and",
      ],
    ],
    [
      'names a claim of its own in a container',
      { resourceClaims: [{ name: 'z', resourceClaimName: 'c' }], ...one({ resources: { claims: [{ name: 'a' }] } }) },
      ['resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims: z'],
    ],
    [
      'has claims if a container names one',
      one({ resources: { claims: [{ name: 'a' }] } }),
      ['resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty'],
    ],
    ['names its name servers by address', { dnsConfig: { nameservers: ['x'] } }, ['spec.dnsConfig.nameservers[0]: Invalid value']],
    [
      'has a deadline of a second at least',
      { activeDeadlineSeconds: 0 },
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647'],
    ],
    ['has a hostname that is a label', { hostname: 'a.b' }, ['spec.hostname: Invalid value: "a.b": must not contain dots']],
    ['has labels for a node selector', { nodeSelector: { 'a b': 'c' } }, ['spec.nodeSelector: Invalid value: "a b"']],
    ['names an alias by its address', { hostAliases: [{ ip: 'x' }] }, ['spec.hostAliases[0].ip: Invalid value']],
    ['has each scheduling gate once', { schedulingGates: [{ name: 'a' }, { name: 'a' }] }, ['spec.schedulingGates[1]: Duplicate value: "a"']],
    [
      'is on no node while gates hold it back',
      { schedulingGates: [{ name: 'a' }], nodeName: 'n' },
      ['spec.nodeName: Forbidden: cannot be set until all schedulingGates'],
    ],
    ['has no ephemeral containers when it is made', ephemeral({}), ['spec.ephemeralContainers: Forbidden: cannot be set on create']],
    ['names a policy of preemption, if any', { preemptionPolicy: '' }, ['spec.preemptionPolicy: Required value']],
    [
      'names a known policy of preemption',
      { preemptionPolicy: 'x' },
      ['spec.preemptionPolicy: Unsupported value: "x": supported values: "PreemptLowerPriority", "Never"'],
    ],
    [
      'masks /proc in a known way',
      one({ securityContext: { procMount: '' } }),
      ['securityContext.procMount: Unsupported value: "": supported values: "Default", "Unmasked"'],
    ],
    ['names a known operating system', { os: { name: 'dos' } }, ['spec.os: Unsupported value: "dos": supported values: "linux", "windows"']],
    [
      'needs an account for its tokens',
      { serviceAccountName: '', ...mounted({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }) },
      ['spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set'],
    ],
    ['sets no hostname on the host network', { hostNetwork: true, hostnameOverride: 'a' }, ['spec.hostnameOverride: Forbidden']],
  ]);

  it('may be dear to delete only by a 32-bit number', () => {
    const cost = (value: string) => podErrors({}, { 'controller.kubernetes.io/pod-deletion-cost': value });
    expect(cost('-100')).toEqual([]);
    for (const bad of ['x', '+1', '01', '2147483648']) expect(cost(bad)[0]).toContain('must be a 32bit integer');
  });

  it('is a mirror of a static pod only on a node', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    expect(podErrors({}, annotations)[0]).toContain('must set spec.nodeName if mirror pod annotation is set');
    expect(podErrors({ nodeName: 'n' }, annotations)).toEqual([]);
  });
});

describe('resources of a pod as a whole', () => {
  it('hold nothing back where they ask for nothing', () => {
    expect(podErrors({ resources: {}, ...one({ resources: { requests: { cpu: '2' } } }) })).toEqual([]);
  });

  refuses([
    [
      'hold what its containers ask for',
      { resources: { requests: { cpu: '1' } }, ...one({ resources: { requests: { cpu: '2' } } }) },
      ['resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2'],
    ],
    [
      'hold what each container may have',
      { resources: { limits: { cpu: '1' } }, ...one({ resources: { limits: { cpu: '2' }, requests: { cpu: '1' } } }) },
      ['resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1'],
    ],
    [
      'are CPU, memory and huge pages',
      { resources: { requests: { 'ephemeral-storage': '1' } } },
      ['resources.requests[ephemeral-storage]: Unsupported value'],
    ],
  ]);
});

describe('security contexts', () => {
  const sc = (securityContext: Container['securityContext']): Changes => one({ securityContext });
  refuses([
    ['name users that can be', sc({ runAsUser: -1 }), ['securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive']],
    [
      'keep a privileged container able to gain privileges',
      sc({ privileged: true, allowPrivilegeEscalation: false }),
      ['cannot set `allowPrivilegeEscalation` to false and `privileged` to true'],
    ],
    ['unmask /proc with user namespaces only', sc({ procMount: 'Unmasked' }), ['`hostUsers` must be false to use `Unmasked`']],
    ['name a local seccomp profile', sc({ seccompProfile: { type: 'Localhost' } }), ['seccompProfile.localhostProfile: Required value']],
    [
      'name a profile for Localhost only',
      sc({ seccompProfile: { type: 'Unconfined', localhostProfile: 'x' } }),
      ['can only be set when seccomp type is Localhost'],
    ],
    ['name a known AppArmor type', sc({ appArmorProfile: { type: 'x' } }), ['appArmorProfile.type: Unsupported value']],
    [
      'set each sysctl once',
      {
        securityContext: {
          sysctls: [
            { name: 'a.b', value: '1' },
            { name: 'a.b', value: '2' },
          ],
        },
      },
      ['spec.securityContext.sysctls[1].name: Duplicate value: "a.b"'],
    ],
    [
      'set no sysctl of the host',
      { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.x', value: '1' }] } },
      ["may not be specified when 'hostNetwork' is true"],
    ],
    [
      'keep users apart from the host only without its namespaces',
      { hostUsers: false, hostPID: true },
      ['spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false'],
    ],
    [
      'are of the system that the pod names',
      { os: { name: 'windows' }, securityContext: { runAsUser: 1 } },
      ['spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod'],
    ],
  ]);
});
