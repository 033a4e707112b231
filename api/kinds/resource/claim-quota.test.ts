import { describe, expect, it } from '@jest/globals';
import type { Live } from '../../meta/object.ts';
import { quotaResourcesFor, sumUsage, usageOf } from '../../quota/usage.ts';
import type { Pod } from '../core/pod/index.ts';
import { pods } from '../core/pod/index.ts';
import type { DeviceClaim } from './device-claim.ts';
import type { DeviceClass, ResourceClaim } from './index.ts';
import { resourceClaims } from './index.ts';
import { quotaDevices } from './quota-devices.ts';

const some = (deviceClassName: string, count: number) => ({ deviceClassName, allocationMode: 'ExactCount', count });
const all = (deviceClassName: string) => ({ deviceClassName, allocationMode: 'All' });
const named = (deviceClass: ReturnType<typeof some> | ReturnType<typeof all>, index: number) => ({ ...deviceClass, name: `r${index}` });

it.each<[string, DeviceClaim, Record<string, string>]>([
  ['nothing', {}, {}],
  ['devices of a class', { requests: [{ name: 'a', exactly: some('gpu', 2) }] }, { gpu: '2' }],
  ['all devices of a class', { requests: [{ name: 'a', exactly: all('gpu') }] }, { gpu: '32' }],
  [
    'several requests',
    {
      requests: [
        { name: 'a', exactly: some('gpu', 2) },
        { name: 'b', exactly: some('nic', 1) },
        { name: 'c', exactly: some('gpu', 1) },
      ],
    },
    { gpu: '3', nic: '1' },
  ],
  [
    'alternatives, by the most of each class',
    {
      requests: [
        { name: 'a', firstAvailable: [some('gpu', 1), some('gpu', 3), all('nic')].map(named) },
        { name: 'b', exactly: some('gpu', 1) },
      ],
    },
    { gpu: '4', nic: '32' },
  ],
])('a claim to %s is charged by number and by class', (_, devices, classes) => {
  const charged = Object.entries(classes).map(([name, devicesOfClass]) => [`${name}.deviceclass.resource.k8s.io/devices`, devicesOfClass]);
  expect(usageOf(resourceClaims, { spec: { devices } } as object, 0)).toEqual({
    'count/resourceclaims.resource.k8s.io': '1',
    ...Object.fromEntries(charged),
  });
});

describe('extended resources that devices stand for', () => {
  const NOW = Date.parse('2026-01-01T01:00:00Z');
  const EXPLICIT = 'example.com/gpu';
  const IMPLICIT = 'deviceclass.resource.kubernetes.io/gpu';
  const names = [`requests.${EXPLICIT}`, `requests.${IMPLICIT}`];
  const hard = Object.fromEntries(
    [...names, 'gpu.deviceclass.resource.k8s.io/devices', 'count/resourceclaims.resource.k8s.io'].map((n) => [n, '10']),
  );
  const metadata = (name: string, more: object = {}) => ({
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...more,
  });
  const gpu: Live<DeviceClass> = { metadata: metadata('gpu'), spec: { extendedResourceName: EXPLICIT } };
  const both = { requests: { [EXPLICIT]: '1', [IMPLICIT]: '1' } };
  /** The pod of upstream's end-to-end test: a container, a sidecar and two init containers ask for one of each. */
  const pod: Live<Pod> = {
    metadata: metadata('p'),
    spec: {
      containers: [{ name: 'main', resources: both }],
      initContainers: [
        { name: 'init', resources: both },
        { name: 'sidecar', restartPolicy: 'Always', resources: both },
        { name: 'init-1', resources: both },
      ],
    },
  };
  const claim = (name: string, count: number, more: object = {}): Live<ResourceClaim> => ({
    metadata: metadata(name, more),
    spec: { devices: { requests: Array.from({ length: count }, (_, index) => ({ name: `r${index}`, exactly: some('gpu', 1) })) } },
  });
  const made = {
    annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'p', controller: true }],
  };
  const extended = claim('p-extended-resources-x', 4, made);
  const devicesWith = (there: Live<Pod> | undefined, claims: readonly Live<ResourceClaim>[], classes = [gpu]) =>
    quotaDevices({ classes, pod: (name) => (name === there?.metadata.name ? there : undefined), claims: () => claims });
  const chargedTo = (subject: Live<ResourceClaim>, there: Live<Pod> | undefined, claims: readonly Live<ResourceClaim>[] = [subject]) => {
    const usage = usageOf(resourceClaims, subject, NOW, undefined, devicesWith(there, claims));
    return names.map((name) => usage[name] ?? '0');
  };

  it('are charged to pods and claims, to each device once', () => {
    const external = claim('external', 1);
    const devices = devicesWith(pod, [external, extended]);
    const usages = [usageOf(pods, pod, NOW), ...[external, extended].map((each) => usageOf(resourceClaims, each, NOW, undefined, devices))];
    expect(sumUsage(Object.keys(hard), usages)).toEqual({
      [`requests.${EXPLICIT}`]: '5',
      [`requests.${IMPLICIT}`]: '5',
      'gpu.deviceclass.resource.k8s.io/devices': '5',
      'count/resourceclaims.resource.k8s.io': '2',
    });
  });

  it('are covered for claims while there is a class', () => {
    expect(quotaResourcesFor(resourceClaims, hard, devicesWith(undefined, []))).toEqual(Object.keys(hard));
    expect(quotaResourcesFor(resourceClaims, hard, devicesWith(undefined, [], []))).toEqual(Object.keys(hard).slice(2));
    expect(quotaResourcesFor(resourceClaims, hard)).toEqual(Object.keys(hard).slice(2));
  });

  const naming = (resourceClaimName: string): Live<Pod> => ({
    ...pod,
    status: { extendedResourceClaimStatus: { resourceClaimName, requestMappings: [] } },
  });
  it.each<[string, Live<Pod> | undefined]>([
    ['is gone', undefined],
    ['was replaced', { ...pod, metadata: metadata('p', { uid: 'other' }) }],
    ['names another claim', naming('other')],
    ['has ended', { ...pod, status: { phase: 'Succeeded' } }],
  ])('are not paid for by a pod that %s', (_, there) => {
    expect(chargedTo(extended, there)).toEqual(['4', '4']);
  });

  it('are paid for by the pod that names the claim, and before by the first of its claims alone', () => {
    expect(chargedTo(extended, naming(extended.metadata.name))).toEqual(['2', '2']);
    const earlier = claim('z', 4, { ...made, creationTimestamp: '2025-12-31T00:00:00Z' });
    const twin = claim('a', 4, made);
    expect(chargedTo(extended, pod, [extended, earlier])).toEqual(['4', '4']);
    expect(chargedTo(extended, pod, [extended, twin])).toEqual(['4', '4']);
    expect(chargedTo(twin, pod, [extended, twin])).toEqual(['2', '2']);
    expect(chargedTo(claim('plain', 4, { ownerReferences: made.ownerReferences }), pod)).toEqual(['4', '4']);
  });
});
