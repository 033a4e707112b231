import { describe, expect, it } from '@jest/globals';
import type { Endpoints } from '../../../api/kinds/core/endpoints.ts';
import { endpoints } from '../../../api/kinds/core/endpoints.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { endpointSliceMirroringController } from './controller.ts';
import { isMirrored, mirrored, mirroredAnnotations, skippedAddresses } from './plan.ts';

const named = (more: Endpoints['metadata'] = {}): Endpoints => ({ metadata: { name: 'db', namespace: 'default', ...more } });
const addresses = (count: number) => Array.from({ length: count }, (_, i) => ({ ip: `192.0.${Math.floor(i / 250)}.${i % 250}` }));

describe('Endpoints are mirrored', () => {
  const service = { spec: {} };
  it.each<[string, Endpoints, object | undefined, boolean]>([
    ['where their service selects nothing', named(), service, true],
    ['not where the service selects pods', named(), { spec: { selector: { app: 'db' } } }, false],
    ['not without a service', named(), undefined, false],
    ['not where they ask not to be', named({ labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }), service, false],
    ['not where they are a leader’s lock', named({ annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }), service, false],
  ])('%s', (_, object, of, expected) => {
    expect(isMirrored(object, of)).toBe(expected);
  });
});

describe('a mirror', () => {
  it('holds each family and set of ports apart, ready addresses before the others', () => {
    const groups = mirrored({
      subsets: [
        { addresses: [{ ip: '192.0.2.1', hostname: 'a' }, { ip: 'fd00::1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ port: 5432 }] },
        { addresses: [{ ip: '192.0.2.3' }], ports: [{ name: 'metrics', port: 9090 }] },
      ],
    });
    const shown = groups
      .filter((group) => group.endpoints.length > 0)
      .map((group) => [
        group.addressType,
        group.ports[0]?.name,
        group.endpoints.map((endpoint) => `${endpoint.addresses[0]} ${endpoint.conditions?.ready}`),
      ]);
    expect(shown).toEqual([
      ['IPv4', '', ['192.0.2.1 true', '192.0.2.2 false']],
      ['IPv6', '', ['fd00::1 true']],
      ['IPv4', 'metrics', ['192.0.2.3 true']],
    ]);
  });

  it('has the annotations of the Endpoints, but for those that are about the Endpoints themselves', () => {
    const annotations = {
      note: 'x',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z',
    };
    expect(mirroredAnnotations(named({ annotations }))).toEqual({ note: 'x' });
  });

  it('leaves addresses beyond a thousand a subset out, and an event says how many', async () => {
    const subsets = [{ addresses: addresses(900), notReadyAddresses: addresses(103) }, { addresses: addresses(10) }];
    expect(skippedAddresses({ subsets })).toBe(3);
    const stub = createStubEnv(endpointSliceMirroringController({ services, endpoints, endpointSlices }));
    await stub.client.create(services, { metadata: { name: 'db', namespace: 'default' }, spec: {} });
    await stub.client.create(endpoints, { ...named(), subsets });
    await stub.catchUp(services);
    await stub.catchUp(endpoints);
    await stub.reconcile('db');
    expect(stub.events).toEqual([
      'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped',
    ]);
  });
});
