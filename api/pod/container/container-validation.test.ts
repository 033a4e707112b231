import { describe } from '@jest/globals';
import type { Changes } from '../../kinds/core/pod/rules.fixture.ts';
import { one, refuses, takes } from '../../kinds/core/pod/rules.fixture.ts';
import type { Container } from './container.ts';

const fileVariable = (more: object): Partial<Container> => ({
  env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a.env', key: 'A', ...more } } }],
});

describe('a container', () => {
  refuses([
    ['has a name', one({ name: '' }), ['spec.containers[0].name: Required value']],
    ['has an image', one({ image: '' }), ['spec.containers[0].image: Required value']],
    [
      'has an image without spaces around',
      one({ image: ' i' }),
      ['spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace'],
    ],
    [
      'has a name of its own',
      {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'c', image: 'i' },
        ],
      },
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
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
          { name: 'c', image: 'i', ports: [{ containerPort: 1, hostPort: 9 }] },
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
    ['reads variables from volumes that there are', one(fileVariable({})), ['env[0].valueFrom.fileKeyRef.volumeName: Not found: "v"']],
    [
      'reads variables from an emptyDir alone',
      { ...one(fileVariable({})), volumes: [{ name: 'v', hostPath: { path: '/tmp' } }] },
      ['fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir'],
    ],
    [
      'reads variables from no file above the volume',
      { ...one(fileVariable({ path: 'a/../../b' })), volumes: [{ name: 'v', emptyDir: {} }] },
      ['fileKeyRef.path: Invalid value: "a/../../b": must not contain \'..\''],
    ],
    [
      'names the volume, the file and the variable in it',
      { ...one(fileVariable({ path: '', key: '' })), volumes: [{ name: 'v', emptyDir: {} }] },
      ['fileKeyRef.key: Required value', 'fileKeyRef.path: Required value'],
    ],
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
  takes([
    [
      'may restart by a policy of its own',
      one({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] }),
    ],
    ['may read a variable from a file', { ...one(fileVariable({ path: '/a.env' })), volumes: [{ name: 'v', emptyDir: {} }] }],
    ['may be told of a label by its key', one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] })],
    ['may ask for devices and huge pages', one({ resources: { limits: { cpu: '1', 'example.com/gpu': '1', 'hugepages-2Mi': '4Mi' } } })],
  ]);
});

describe('probes and hooks', () => {
  refuses([
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
  refuses([
    ['have names that no container has', init({ name: 'c' }), ['spec.initContainers[0].name: Duplicate value: "c"']],
    [
      'have no probes',
      init({ livenessProbe: { tcpSocket: { port: 1 } } }),
      ['livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
    ],
    ['have no hooks', init({ lifecycle: {} }), ['lifecycle: Forbidden']],
  ]);
  takes([['may have probes where they keep running', init({ restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } })]]);
});
