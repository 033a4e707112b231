import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { CAPACITY, planEndpoints, subsetsOf } from './plan.ts';

const identity = (name: string) => ({ name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });
const service = (spec: Partial<NonNullable<Service['spec']>> = {}): Live<Service> => ({
  metadata: identity('web'),
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});
const pod = (name: string, ip: string, ready: boolean, more: Partial<Pod> = {}): Live<Pod> => ({
  ...more,
  metadata: { ...identity(name), ...more.metadata },
  spec: { nodeName: 'n', containers: [{ name: 'a', ports: [{ name: 'http', containerPort: 8080 }] }], ...more.spec },
  status: { phase: 'Running', podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], ...more.status },
});
const ips = (list: readonly { ip: string }[] | undefined) => (list ?? []).map(({ ip }) => ip);

describe('the subsets', () => {
  it('hold ready and other addresses of the same ports together, in order of address', () => {
    const [subset, ...others] = subsetsOf(service(), [pod('b', '10.0.0.2', true), pod('c', '10.0.0.3', false), pod('a', '10.0.0.1', true)]);
    expect(others).toEqual([]);
    expect(subset?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(subset?.addresses?.[0]).toEqual({ ip: '10.0.0.1', nodeName: 'n', targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'a' } });
    expect([ips(subset?.addresses), ips(subset?.notReadyAddresses)]).toEqual([['10.0.0.1', '10.0.0.2'], ['10.0.0.3']]);
  });

  it('are apart for pods whose named port is another number, and leave out pods that lack it', () => {
    const other = (port: number, name = 'http') => ({ spec: { containers: [{ name: 'a', ports: [{ name, containerPort: port }] }] } });
    const subsets = subsetsOf(service(), [
      pod('a', '10.0.0.1', true),
      pod('b', '10.0.0.2', true, other(9090)),
      pod('c', '10.0.0.3', true, other(80, 'web')),
    ]);
    expect(subsets.map((subset) => [subset.ports?.[0]?.port, ips(subset.addresses)])).toEqual([
      [8080, ['10.0.0.1']],
      [9090, ['10.0.0.2']],
    ]);
  });

  it.each<[string, Partial<Pod>]>([
    ['ended', { status: { phase: 'Succeeded' } }],
    ['no address', { status: { podIP: '' } }],
    ['a deletion under way', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  ])('leave out a pod with %s', (_, more) => {
    expect(subsetsOf(service(), [pod('a', '10.0.0.1', true, more)])).toEqual([]);
  });

  it('publish what is not ready, or is being deleted, where the service asks for it', () => {
    const all = [pod('a', '10.0.0.1', false), pod('b', '10.0.0.2', true, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })];
    expect(ips(subsetsOf(service({ publishNotReadyAddresses: true }), all)[0]?.addresses)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('name the host names of a headless service, which may have no ports', () => {
    const named = pod('a', '10.0.0.1', true, { spec: { containers: [], hostname: 'db-0', subdomain: 'web' } });
    expect(subsetsOf(service({ clusterIP: 'None', ports: [] }), [named])).toEqual([
      { addresses: [expect.objectContaining({ ip: '10.0.0.1', hostname: 'db-0' })] },
    ]);
    expect(subsetsOf(service({ ports: [] }), [named])).toEqual([]);
  });

  it('take the address of the service’s family', () => {
    const dual = pod('a', '10.0.0.1', true, { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
    expect(ips(subsetsOf(service({ ipFamilies: ['IPv6', 'IPv4'] }), [dual])[0]?.addresses)).toEqual(['fd00::1']);
  });
});

describe('the Endpoints', () => {
  it('are left alone where they are right', () => {
    const pods = [pod('a', '10.0.0.1', true)];
    const made = planEndpoints(service(), pods, undefined, '2026-01-01T00:00:00Z');
    expect(made?.metadata?.annotations).toEqual({ 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' });
    const existing = { ...made, metadata: { ...identity('web'), ...made?.metadata } };
    expect(planEndpoints(service(), pods, existing, undefined)).toBeUndefined();
    expect(planEndpoints(service(), [], existing, undefined)?.subsets).toEqual([]);
  });

  it('mark a headless service', () => {
    expect(planEndpoints(service({ clusterIP: 'None' }), [], undefined, undefined)?.metadata?.labels).toEqual({
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
      'service.kubernetes.io/headless': '',
    });
  });

  it('beyond their capacity keep the ready, and say that they were cut', () => {
    const pods = Array.from({ length: CAPACITY + 50 }, (_, i) => pod(`p${i}`, `10.0.${Math.floor(i / 250)}.${i % 250}`, i >= 100));
    const made = planEndpoints(service(), pods, undefined, undefined);
    expect(made?.metadata?.annotations).toEqual({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
    expect([made?.subsets?.[0]?.addresses?.length, made?.subsets?.[0]?.notReadyAddresses?.length]).toEqual([950, 50]);
    const existing = { ...made, metadata: { ...identity('web'), ...made?.metadata } };
    expect(planEndpoints(service(), pods, existing, undefined)).toBeUndefined();
    expect(planEndpoints(service(), pods.slice(0, 10), existing, undefined)?.metadata?.annotations).toEqual({});
  });

  it('beyond their capacity take from each subset its share', () => {
    const onPort = (containerPort: number) => ({ spec: { containers: [{ name: 'a', ports: [{ name: 'http', containerPort }] }] } });
    const pods = Array.from({ length: 2 * CAPACITY }, (_, i) =>
      pod(`p${i}`, `10.0.${Math.floor(i / 250)}.${i % 250}`, true, onPort(i % 4 === 0 ? 8080 : 9090)),
    );
    const sizes = planEndpoints(service(), pods, undefined, undefined)?.subsets?.map((subset) => [subset.ports?.[0]?.port, subset.addresses?.length]);
    expect(sizes).toEqual([
      [8080, 250],
      [9090, 750],
    ]);
  });
});
