import { describe, expect, it } from '@jest/globals';
import { fieldErrorText } from '../field-error.ts';
import type { Affinity } from './affinity.ts';
import type { Container, EphemeralContainer } from './container.ts';
import type { Pod } from './pod.ts';
import { defaultPod } from './pod-defaults.ts';
import type { PodSpec } from './pod-spec.ts';
import { validatePod } from './pod-validation.ts';
import type { Volume } from './volume.ts';

type Changes = Partial<PodSpec>;
type Row = readonly [sentence: string, changes: Changes, expected: readonly string[]];

const C = { name: 'c', image: 'i' };
const errorsOf = (spec: Changes, annotations?: Record<string, string>): string[] => {
  const pod: Pod = {
    metadata: { name: 'p', namespace: 'default', annotations },
    spec: { containers: [C], serviceAccountName: 'default', ...structuredClone(spec) },
  };
  defaultPod(pod);
  return validatePod(pod).map(fieldErrorText);
};
const one = (changes: Partial<Container>): Changes => ({ containers: [{ ...C, ...changes }] });
const mounted = (volume: Omit<Volume, 'name'>, mount: Partial<NonNullable<Container['volumeMounts']>[number]> = {}): Changes => ({
  volumes: [{ name: 'v', ...volume }],
  containers: [{ ...C, volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }],
});
const ephemeral = (changes: Partial<EphemeralContainer>): Changes => ({ ephemeralContainers: [{ name: 'e', image: 'i', ...changes }] });
const check = (rows: readonly Row[]) => {
  it.each(rows)('%s', (_sentence, changes, expected) => {
    const texts = errorsOf(changes);
    expect(texts.length).toBe(expected.length);
    texts.forEach((text, i) => {
      expect(text).toContain(expected[i]);
    });
  });
};
const fine = (rows: readonly (readonly [string, Changes])[]) => check(rows.map(([sentence, changes]) => [sentence, changes, []]));

describe('a pod', () => {
  fine([['is valid with a name and an image in a container', {}]]);
  check([
    ['needs a container', { containers: [] }, ['spec.containers: Required value']],
    [
      'has a known restart policy',
      { restartPolicy: 'Sometimes' },
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    ['has a known DNS policy', { dnsPolicy: 'Mine' }, ['spec.dnsPolicy: Unsupported value']],
    ['needs a DNS configuration where the policy is None', { dnsPolicy: 'None' }, ['spec.dnsConfig: Required value']],
    [
      'has three name servers at most',
      { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } },
      ['must not have more than 3 nameservers'],
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
    ['names a known operating system', { os: { name: 'dos' } }, ['spec.os: Unsupported value: "dos": supported values: "linux", "windows"']],
    [
      'needs an account for its tokens',
      { serviceAccountName: '', ...mounted({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }) },
      ['spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set'],
    ],
    ['sets no hostname on the host network', { hostNetwork: true, hostnameOverride: 'a' }, ['spec.hostnameOverride: Forbidden']],
  ]);

  it('may be dear to delete only by a 32-bit number', () => {
    const cost = (value: string) => errorsOf({}, { 'controller.kubernetes.io/pod-deletion-cost': value });
    expect(cost('-100')).toEqual([]);
    for (const bad of ['x', '+1', '01', '2147483648']) expect(cost(bad)[0]).toContain('must be a 32bit integer');
  });

  it('is a mirror of a static pod only on a node', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    expect(errorsOf({}, annotations)[0]).toContain('must set spec.nodeName if mirror pod annotation is set');
    expect(errorsOf({ nodeName: 'n' }, annotations)).toEqual([]);
  });
});

describe('a container', () => {
  check([
    ['has a name', one({ name: '' }), ['spec.containers[0].name: Required value']],
    ['has an image', one({ image: '' }), ['spec.containers[0].image: Required value']],
    [
      'has an image without spaces around',
      one({ image: ' i' }),
      ['spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace'],
    ],
    ['has a name of its own', { containers: [C, C] }, ['spec.containers[1].name: Duplicate value: "c"']],
    ['has a known pull policy', one({ imagePullPolicy: 'Maybe' }), ['spec.containers[0].imagePullPolicy: Unsupported value']],
    ['has ports with a number', one({ ports: [{ containerPort: 0 }] }), ['ports[0].containerPort: Required value']],
    [
      'has ports up to 65535',
      one({ ports: [{ containerPort: 70000 }] }),
      ['ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535'],
    ],
    ['has ports of a known protocol', one({ ports: [{ containerPort: 1, protocol: 'X' }] }), ['supported values: "SCTP", "TCP", "UDP"']],
    [
      'names each port once',
      one({
        ports: [
          { containerPort: 1, name: 'a' },
          { containerPort: 2, name: 'a' },
        ],
      }),
      ['ports[1].name: Duplicate value: "a"'],
    ],
    [
      'shares no host port',
      {
        containers: [
          { ...C, ports: [{ containerPort: 1, hostPort: 9 }] },
          { name: 'd', image: 'i', ports: [{ containerPort: 2, hostPort: 9 }] },
        ],
      },
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//9"'],
    ],
    [
      'opens on the host network what it opens itself',
      { hostNetwork: true, ...one({ ports: [{ containerPort: 1, hostPort: 2 }] }) },
      ['must match `containerPort` when `hostNetwork` is true'],
    ],
    ['names its variables', one({ env: [{ name: '' }] }), ['env[0].name: Required value']],
    ['has variables without an equals sign', one({ env: [{ name: 'A=B' }] }), ['env[0].name: Invalid value: "A=B"']],
    [
      'takes a variable from one place',
      one({ env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
      ['may not be specified when `value` is not empty'],
    ],
    ['takes a variable from somewhere', one({ env: [{ name: 'A', valueFrom: {} }] }), ['must specify one of: `fieldRef`']],
    [
      'is told of fields that are known',
      one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.bogus' } } }] }),
      ['error converting fieldPath: field label not supported: spec.bogus'],
    ],
    [
      'is told in variables of fields that do not change',
      one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
      ['valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels"'],
    ],
    [
      'is told of its own resources',
      one({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } }] }),
      ['valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu"'],
    ],
    ['takes all of a Secret or of a ConfigMap', one({ envFrom: [{}] }), ['must specify one of: `configMapRef` or `secretRef`']],
    [
      'asks for no less than nothing',
      one({ resources: { requests: { cpu: '-1' } } }),
      ['resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'asks for no more than its limit',
      one({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'asks for resources of containers',
      one({ resources: { limits: { pods: '1' } } }),
      ['must be a standard resource for containers', 'must be a standard resource for containers'],
    ],
    [
      'asks for whole devices',
      one({ resources: { limits: { 'example.com/gpu': '1500m' } } }),
      ['limits[example.com/gpu]: Invalid value: "1500m": must be an integer', 'must be an integer'],
    ],
    [
      'asks for as many devices as it may have',
      one({ resources: { limits: { 'example.com/gpu': '2' }, requests: { 'example.com/gpu': '1' } } }),
      ['must be equal to example.com/gpu limit of 2'],
    ],
    [
      'asks for huge pages beside CPU or memory',
      one({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
      ['resources: Forbidden: HugePages require cpu or memory'],
    ],
    [
      'asks for whole huge pages',
      one({ resources: { limits: { 'hugepages-2Mi': '3Mi', cpu: '1' } } }),
      ['is not positive integer multiple of hugepages-2Mi', 'is not positive integer multiple'],
    ],
    ['names claims of the pod', one({ resources: { claims: [{ name: 'x' }] } }), ['resources.claims[0]: Not found: "x"']],
    [
      'restarts by rules only where it says how it restarts',
      one({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }),
      ['restartPolicy: Required value'],
    ],
  ]);
  fine([
    [
      'may restart by a policy of its own',
      one({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] }),
    ],
    ['may be told of a label by its key', one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] })],
    ['may ask for devices and huge pages', one({ resources: { limits: { cpu: '1', 'example.com/gpu': '1', 'hugepages-2Mi': '4Mi' } } })],
  ]);
});

describe('probes and hooks', () => {
  check([
    ['have a handler', one({ livenessProbe: {} }), ['livenessProbe: Required value: must specify a handler type']],
    [
      'have one handler',
      one({ livenessProbe: { tcpSocket: { port: 1 }, exec: { command: ['x'] } } }),
      ['livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    ['run a command', one({ lifecycle: { preStop: { exec: {} } } }), ['lifecycle.preStop.exec.command: Required value']],
    ['ask a port by number', one({ readinessProbe: { tcpSocket: { port: 0 } } }), ['tcpSocket.port: Invalid value: 0: must be between 1 and 65535']],
    ['ask a port by name', one({ readinessProbe: { tcpSocket: { port: '1' } } }), ['must contain at least one letter (a-z)']],
    [
      'speak HTTP or HTTPS',
      one({ readinessProbe: { httpGet: { port: 1, scheme: 'FTP' } } }),
      ['httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"'],
    ],
    [
      'send headers with well-formed names',
      one({ readinessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'a b', value: '' }] } } }),
      ['httpGet.httpHeaders: Invalid value'],
    ],
    [
      'count in no negative numbers',
      one({ readinessProbe: { tcpSocket: { port: 1 }, initialDelaySeconds: -1 } }),
      ['initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'succeed at once where they are of liveness',
      one({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
      ['successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'end no pod where they are of readiness',
      one({ readinessProbe: { tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 1 } }),
      ['must not be set for readinessProbes'],
    ],
    [
      'sleep no longer than the grace period',
      one({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
      ['must be non-negative and less than terminationGracePeriodSeconds (30)'],
    ],
    ['send signals of the named system', one({ lifecycle: { stopSignal: 'SIGTERM' } }), ['lifecycle.stopSignal: Forbidden']],
  ]);
});

describe('init containers', () => {
  const init = (changes: Partial<Container>): Changes => ({ initContainers: [{ name: 'i', image: 'i', ...changes }] });
  check([
    ['have names that no container has', init({ name: 'c' }), ['spec.initContainers[0].name: Duplicate value: "c"']],
    [
      'have no probes',
      init({ livenessProbe: { tcpSocket: { port: 1 } } }),
      ['livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
    ],
    ['have no hooks', init({ lifecycle: {} }), ['lifecycle: Forbidden']],
  ]);
  fine([['may have probes where they keep running', init({ restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } })]]);
});

describe('volumes', () => {
  check([
    ['have names of their own', { volumes: [{ name: 'v' }, { name: 'v' }] }, ['spec.volumes[1].name: Duplicate value: "v"']],
    ['have a name', { volumes: [{ name: '' }] }, ['spec.volumes[0].name: Required value']],
    [
      'have one source',
      mounted({ emptyDir: {}, hostPath: { path: '/' } }),
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type', 'volumeMounts[0].name: Not found'],
    ],
    ['have a size that is not negative', mounted({ emptyDir: { sizeLimit: '-1' } }), ['emptyDir.sizeLimit: Forbidden', 'Not found: "v"']],
    [
      'lie on the host without steps back',
      mounted({ hostPath: { path: '/a/../b' } }),
      ['hostPath.path: Invalid value: "/a/../b": must not contain \'..\'', 'Not found'],
    ],
    ['name a ConfigMap', mounted({ configMap: {} }), ['spec.volumes[0].configMap.name: Required value', 'Not found']],
    [
      'give files a mode',
      mounted({ secret: { secretName: 's', defaultMode: 0o1000 } }),
      ['secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777', 'Not found'],
    ],
    [
      'keep keys where they are put',
      mounted({ configMap: { name: 'c', items: [{ key: 'k', path: '../x' }] } }),
      ['items[0].path: Invalid value: "../x": must not contain \'..\'', 'Not found'],
    ],
    [
      'put no two keys in one place',
      mounted({
        projected: {
          sources: [{ secret: { name: 's', items: [{ key: 'a', path: 'p' }] } }, { configMap: { name: 'c', items: [{ key: 'b', path: 'p' }] } }],
        },
      }),
      ['conflicting duplicate paths', 'Not found'],
    ],
    [
      'hold tokens of ten minutes at least',
      mounted({ projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 599 } }] } }),
      ['may not specify a duration less than 10 minutes', 'Not found'],
    ],
    [
      'project one thing a source',
      mounted({ projected: { sources: [{ secret: { name: 's' }, configMap: { name: 'c' } }] } }),
      ['sources[0]: Forbidden: may not specify more than 1 volume type per source', 'Not found'],
    ],
    ['name a claim', mounted({ persistentVolumeClaim: { claimName: '' } }), ['persistentVolumeClaim.claimName: Required value', 'Not found']],
    [
      'make claims that ask for storage',
      mounted({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }),
      ['volumeClaimTemplate.spec.resources[storage]: Required value', 'Not found'],
    ],
    [
      'lie on a server under an absolute path',
      mounted({ nfs: { server: 's', path: 'a' } }),
      ['nfs.path: Invalid value: "a": must be an absolute path', 'Not found'],
    ],
    ['name an image', mounted({ image: {} }), ['image.reference: Required value', 'Not found']],
  ]);
});

describe('mounts', () => {
  check([
    ['are of volumes that are there', one({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }), ['volumeMounts[0].name: Not found: "x"']],
    ['have a path', mounted({ emptyDir: {} }, { mountPath: '' }), ['volumeMounts[0].mountPath: Required value']],
    [
      'have paths of their own',
      {
        volumes: [{ name: 'v' }],
        ...one({
          volumeMounts: [
            { name: 'v', mountPath: '/v' },
            { name: 'v', mountPath: '/v' },
          ],
        }),
      },
      ['volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
    ],
    [
      'take a part of a volume by a relative path',
      mounted({ emptyDir: {} }, { subPath: '/a' }),
      ['volumeMounts.subPath: Invalid value: "/a": must be a relative path'],
    ],
    ['take a part by one path', mounted({ emptyDir: {} }, { subPath: 'a', subPathExpr: 'b' }), ['subPathExpr and subPath are mutually exclusive']],
    [
      'spread both ways from privileged containers only',
      mounted({ emptyDir: {} }, { mountPropagation: 'Bidirectional' }),
      ['available only to privileged containers'],
    ],
    [
      'are read only before they are so below',
      mounted({ emptyDir: {} }, { recursiveReadOnly: 'Enabled' }),
      ['may only be specified when readOnly is true'],
    ],
    [
      'are no block devices',
      { volumes: [{ name: 'v' }], ...one({ volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] }) },
      ['volumeDevices[0].name: Invalid value: "v": a block device comes from'],
    ],
  ]);
});

describe('security contexts', () => {
  const sc = (securityContext: Container['securityContext']): Changes => one({ securityContext });
  check([
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

describe('placement', () => {
  const required = (matchExpressions: { key: string; operator: string; values?: string[] }[]): { affinity: Affinity } => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
  });
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
  check([
    ['compares with values', required([{ key: 'a', operator: 'In' }]), ["must be specified when `operator` is 'In' or 'NotIn'"]],
    ['asks for presence without values', required([{ key: 'a', operator: 'Exists', values: ['b'] }]), ['values: Forbidden']],
    ['orders by one value', required([{ key: 'a', operator: 'Gt', values: ['1', '2'] }]), ['must be specified single value']],
    ['knows its operators', required([{ key: 'a', operator: 'Like' }]), ['operator: Invalid value: "Like": not a valid selector operator']],
    [
      'asks for something',
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
      ['must have at least one node selector term'],
    ],
    [
      'weighs from 1 to 100',
      { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }] } } },
      ['weight: Invalid value: 0: must be in the range 1-100'],
    ],
    [
      'is near something',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } },
      ['topologyKey: Required value: can not be empty', 'name part must be non-empty', 'name part'],
    ],
    [
      'tolerates all with Exists',
      { tolerations: [{ operator: 'Equal' }] },
      ['tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty'],
    ],
    [
      'tolerates for a time what evicts',
      { tolerations: [{ key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' }] },
      ["effect must be 'NoExecute' when `tolerationSeconds` is set"],
    ],
    [
      'tolerates known effects',
      { tolerations: [{ key: 'a', effect: 'x' }] },
      ['tolerations[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
    ['spreads by some skew', { topologySpreadConstraints: [{ ...spread, maxSkew: 0 }] }, ['maxSkew: Invalid value: 0: must be greater than zero']],
    [
      'spreads once a key and action',
      { topologySpreadConstraints: [spread, spread] },
      ['topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"'],
    ],
    [
      'wants domains only where it insists',
      { topologySpreadConstraints: [{ ...spread, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 }] },
      ['can only use minDomains if whenUnsatisfiable=DoNotSchedule'],
    ],
  ]);
  fine([
    [
      'may prefer values that no label can have',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['no label'] }] } },
            ],
          },
        },
      },
    ],
  ]);
});

describe('resources of a pod as a whole', () => {
  check([
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
