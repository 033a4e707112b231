import { describe, expect, it } from '@jest/globals';
import { stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import type { Container } from '../../../pod/container/container.ts';
import { imageTag, pullPolicyOf } from '../../../pod/image/image-reference.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import { defaultPodTemplate } from '../../../pod/template/pod-template-defaults.ts';
import type { Volume } from '../../../pod/volume/volume.ts';
import { defaultPod } from './defaults.ts';
import { podStrategy } from './rules.ts';
import type { Pod } from './schema.ts';

const defaulted = (spec: Partial<PodSpec>): PodSpec => {
  const pod: Pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...structuredClone(spec) } };
  defaultPod(pod);
  return pod.spec!;
};
const container = (changes: Partial<Container>): Container => defaulted({ containers: [{ name: 'c', image: 'i', ...changes }] }).containers[0]!;
const volume = (changes: Partial<Volume>): Volume => defaulted({ volumes: [{ name: 'v', ...changes }] }).volumes![0]!;

describe('the defaults of a pod', () => {
  it('fills in what a pod needs to run', () => {
    expect(defaulted({})).toEqual({
      containers: [
        {
          name: 'c',
          image: 'i',
          imagePullPolicy: 'Always',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
  });

  it('keeps what is given, zero and false too', () => {
    const spec = defaulted({ restartPolicy: 'Never', terminationGracePeriodSeconds: 0, enableServiceLinks: false, dnsPolicy: 'None' });
    expect(spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 0, enableServiceLinks: false, dnsPolicy: 'None' });
  });

  it('changes nothing the second time', () => {
    const once = defaulted({ volumes: [{ name: 'v' }], hostNetwork: true });
    expect(defaulted(once)).toEqual(once);
  });

  it('gives requests the values of limits, in pods only', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } };
    expect(container({ resources }).resources).toEqual({ limits: resources.limits, requests: { cpu: '100m', memory: '1Gi' } });
    const template = { spec: { containers: [{ name: 'c', image: 'i', resources: structuredClone(resources) }] } };
    defaultPodTemplate(template);
    expect(template.spec.containers[0]!.resources).toEqual(resources);
  });

  it('rounds amounts up to thousandths', () => {
    expect(container({ resources: { requests: { cpu: '0.0001' } } }).resources?.requests).toEqual({ cpu: '1m' });
  });

  it('opens on the host what is opened in the container, on the host network', () => {
    const ports = [{ containerPort: 80 }];
    expect(defaulted({ hostNetwork: true, containers: [{ name: 'c', image: 'i', ports }] }).containers[0]!.ports).toEqual([
      { containerPort: 80, hostPort: 80, protocol: 'TCP' },
    ]);
    expect(container({ ports }).ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
  });

  it('serves the account under its old and its new name', () => {
    expect(defaulted({ serviceAccount: 'old' })).toMatchObject({ serviceAccount: 'old', serviceAccountName: 'old' });
    expect(defaulted({ serviceAccount: 'old', serviceAccountName: 'new' })).toMatchObject({ serviceAccount: 'new', serviceAccountName: 'new' });
  });

  it('fills in the numbers of probes, and how a probe asks', () => {
    expect(container({ livenessProbe: { httpGet: { port: 80 }, periodSeconds: 5 } }).livenessProbe).toEqual({
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      periodSeconds: 5,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(container({ readinessProbe: { grpc: { port: 1 } } }).readinessProbe?.grpc).toEqual({ port: 1, service: '' });
    expect(container({ lifecycle: { preStop: { httpGet: { port: 1 } } } }).lifecycle?.preStop?.httpGet).toEqual({
      port: 1,
      path: '/',
      scheme: 'HTTP',
    });
  });

  it.each<[string, Partial<Volume>, Partial<Volume>]>([
    ['makes a volume without source an emptyDir', {}, { emptyDir: {} }],
    ['gives the files of a Secret their mode', { secret: { secretName: 's' } }, { secret: { secretName: 's', defaultMode: 0o644 } }],
    ['gives the files of a ConfigMap their mode', { configMap: { name: 'c' } }, { configMap: { name: 'c', defaultMode: 0o644 } }],
    ['keeps a mode of 0', { configMap: { name: 'c', defaultMode: 0 } }, { configMap: { name: 'c', defaultMode: 0 } }],
    ['checks no type of a hostPath', { hostPath: { path: '/' } }, { hostPath: { path: '/', type: '' } }],
    [
      'lets a token live an hour',
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      {
        projected: { defaultMode: 0o644, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] },
      },
    ],
    ['pulls an image volume as a container image', { image: { reference: 'a:latest' } }, { image: { reference: 'a:latest', pullPolicy: 'Always' } }],
  ])('%s', (_sentence, given, expected) => {
    expect(volume(given)).toEqual({ name: 'v', ...expected });
  });

  it('takes what is asked for the pod as a whole from its containers, and from its limits', () => {
    const spec = defaulted({
      resources: { limits: { cpu: '2', memory: '1Gi' } },
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }],
    });
    expect(spec.resources).toEqual({ limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '1Gi' } });
  });
});

describe('the pull policy of an image', () => {
  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['localhost:5000/nginx', 'Always'],
    ['registry.example.com:5000/a/b:v1', 'IfNotPresent'],
    [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    [`nginx:latest@sha256:${'a'.repeat(64)}`, 'Always'],
    ['Not An Image', 'IfNotPresent'],
    ['x'.repeat(256), 'IfNotPresent'],
    ['', 'IfNotPresent'],
  ])('of %s is %s', (image, policy) => {
    expect(pullPolicyOf(image)).toBe(policy);
  });

  it('reads the tag and not the port of a registry', () => {
    expect(imageTag('localhost:5000/nginx')).toBe('latest');
    expect(imageTag('localhost:5000/nginx:v2')).toBe('v2');
  });
});

describe('the time that a pod is given to end', () => {
  it('is a second where somebody writes a negative one, but as it is in a template', () => {
    const grace = (terminationGracePeriodSeconds: number) => defaulted({ terminationGracePeriodSeconds }).terminationGracePeriodSeconds;
    expect([grace(-1), grace(0), grace(5)]).toEqual([1, 0, 5]);
    const template = { spec: { containers: [], terminationGracePeriodSeconds: -1 } };
    defaultPodTemplate(template);
    expect(template.spec.terminationGracePeriodSeconds).toBe(-1);
  });

  it('stays that second where an update says so in a negative time', () => {
    const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: -1 } };
    const again = (next: Pod) => Object.assign(next.spec ?? {}, { terminationGracePeriodSeconds: -1 });
    expect(updateErrors(podStrategy, stored(podStrategy, pod), again)).toEqual([]);
  });
});

describe('a new pod', () => {
  const prepared = (pod: Pod): Pod => {
    podStrategy.default?.(pod);
    podStrategy.prepareForCreate?.(pod);
    return pod;
  };

  it('begins Pending whatever its creator says of its status', () => {
    expect(prepared({ spec: { containers: [{ name: 'c' }] }, status: { phase: 'Running', podIP: '1.2.3.4' } }).status).toEqual({
      phase: 'Pending',
      qosClass: 'BestEffort',
    });
  });

  it('says that it is held back by its scheduling gates', () => {
    const pod = prepared({ spec: { containers: [{ name: 'c' }], schedulingGates: [{ name: 'a.b/c' }] } });
    expect(pod.status?.conditions).toEqual([expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' })]);
  });

  it('asks for pods with its own labels where affinity names keys of labels', () => {
    const term = { topologyKey: 'zone', labelSelector: {}, matchLabelKeys: ['hash', 'none'], mismatchLabelKeys: ['tenant'] };
    const pod = prepared({
      metadata: { labels: { hash: '1', tenant: 't' } },
      spec: { containers: [{ name: 'c' }], affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
    });
    expect(pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector?.matchExpressions).toEqual([
      { key: 'hash', operator: 'In', values: ['1'] },
      { key: 'tenant', operator: 'NotIn', values: ['t'] },
    ]);
  });

  it('has its address in the old field and the new one', () => {
    const pod: Pod = { spec: { containers: [] }, status: { podIP: '1.2.3.4' } };
    podStrategy.default?.(pod);
    expect(pod.status).toEqual({ podIP: '1.2.3.4', podIPs: [{ ip: '1.2.3.4' }] });
  });
});
