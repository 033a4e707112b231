import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { podEndpoints } from './pod-endpoints.ts';

const service = (spec: Partial<NonNullable<Service['spec']>> = {}): Service => ({
  metadata: { name: 'web' },
  spec: { selector: {}, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});
const pod = (ready: boolean, more: Partial<Live<Pod>['metadata']> = {}): Live<Pod> => ({
  metadata: { name: 'p', namespace: 'default', uid: 'p', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more },
  spec: { containers: [], nodeName: 'n' },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});
const nodeOf = () => ({ metadata: { labels: { 'topology.kubernetes.io/zone': 'z' } } });
const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const only = (s: Service, p: Live<Pod>) => podEndpoints(s, [p], nodeOf).groups[0]?.endpoints[0];

describe('an endpoint', () => {
  it.each([
    ['a ready pod', pod(true), {}, { ready: true, serving: true, terminating: false }],
    ['a pod that is not ready', pod(false), {}, { ready: false, serving: false, terminating: false }],
    ['a ready pod that is being deleted', pod(true, deleting), {}, { ready: false, serving: true, terminating: true }],
    ['a pod whose readiness does not matter', pod(false), { publishNotReadyAddresses: true }, { ready: true, serving: false, terminating: false }],
  ])('of %s has these conditions', (_, p, spec, conditions) => {
    expect(only(service(spec), p)?.conditions).toEqual(conditions);
  });

  it('names pod, node and zone', () => {
    expect(only(service(), pod(true))).toEqual({
      addresses: ['10.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'n',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'p', uid: 'p' },
      zone: 'z',
    });
  });

  it.each([
    ['PreferClose', { forZones: [{ name: 'z' }] }],
    ['PreferSameNode', { forNodes: [{ name: 'n' }], forZones: [{ name: 'z' }] }],
    [undefined, undefined],
  ])('with the distribution %p has the hints %j', (trafficDistribution, hints) => {
    expect(only(service({ trafficDistribution }), pod(true))?.hints).toEqual(hints);
  });

  it('is there once for each family of the service', () => {
    const { groups } = podEndpoints(service({ ipFamilies: ['IPv4', 'IPv6'] }), [pod(true)], nodeOf);
    expect(groups.map(({ addressType, ports, endpoints }) => [addressType, ports, endpoints[0]?.addresses])).toEqual([
      ['IPv4', [{ name: '', port: 8080, protocol: 'TCP' }], ['10.0.0.1']],
      ['IPv6', [{ name: '', port: 8080, protocol: 'TCP' }], ['fd00::1']],
    ]);
  });

  it('waits for its node to be known, unless every pod is to be published', () => {
    const unknown = () => undefined;
    expect(podEndpoints(service(), [pod(true)], unknown)).toEqual({ groups: [], nodeless: true });
    expect(podEndpoints(service({ publishNotReadyAddresses: true }), [pod(true)], unknown)).toMatchObject({
      groups: [{ endpoints: [{ addresses: ['10.0.0.1'], nodeName: 'n' }] }],
      nodeless: false,
    });
  });
});
