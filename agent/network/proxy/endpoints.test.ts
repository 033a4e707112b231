import { describe, expect, it } from '@jest/globals';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { backendsOf } from './endpoints.ts';

const place = { nodeName: 'here', zone: 'west' };
const port = { name: 'http', port: 80, protocol: 'TCP' };
const slice = (...endpoints: Endpoint[]): EndpointSlice => ({
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints,
});
const at = (ip: string, more: Partial<Endpoint> = {}): Endpoint => ({ addresses: [ip], nodeName: 'there', conditions: { ready: true }, ...more });
const ips = (backends: readonly { ip: string }[]) => backends.map(({ ip }) => ip);

describe('backends', () => {
  it('are the ready endpoints, and those of this node apart', () => {
    const found = backendsOf(
      port,
      [slice(at('10.0.0.2', { nodeName: 'here' }), at('10.0.0.1'), at('10.0.0.3', { conditions: { ready: false } }))],
      place,
    );
    expect(found.cluster).toEqual([
      { ip: '10.0.0.1', port: 8080, local: false },
      { ip: '10.0.0.2', port: 8080, local: true },
    ]);
    expect(ips(found.local)).toEqual(['10.0.0.2']);
  });

  it('are, where none is ready, those that serve while they terminate', () => {
    const leaving = at('10.0.0.1', { nodeName: 'here', conditions: { ready: false, serving: true, terminating: true } });
    const dead = at('10.0.0.2', { conditions: { ready: false, serving: false, terminating: true } });
    expect(ips(backendsOf(port, [slice(leaving, dead)], place).cluster)).toEqual(['10.0.0.1']);
    const mixed = backendsOf(port, [slice(leaving, at('10.0.0.3'))], place);
    expect(ips(mixed.cluster)).toEqual(['10.0.0.3']);
    expect(ips(mixed.local)).toEqual(['10.0.0.1']);
    expect(mixed.readyHere).toEqual([]);
  });

  it('count an unset condition as ready', () => {
    expect(ips(backendsOf(port, [slice({ addresses: ['10.0.0.1'] })], place).cluster)).toEqual(['10.0.0.1']);
  });

  it('come from the slice port of the same name and protocol, once each', () => {
    const other: EndpointSlice = { addressType: 'IPv4', ports: [{ name: 'admin', port: 9, protocol: 'TCP' }], endpoints: [at('10.0.0.9')] };
    const udp: EndpointSlice = { addressType: 'IPv4', ports: [{ name: 'http', port: 9, protocol: 'UDP' }], endpoints: [at('10.0.0.8')] };
    const v6: EndpointSlice = { addressType: 'IPv6', ports: [{ name: 'http', port: 9, protocol: 'TCP' }], endpoints: [at('fd00::1')] };
    const found = backendsOf(port, [slice(at('10.0.0.1')), slice(at('10.0.0.1', { conditions: { ready: false } })), other, udp, v6], place);
    expect(ips(found.cluster)).toEqual(['10.0.0.1']);
  });

  it('are those of our zone when every endpoint has a hint and one is for us', () => {
    const hinted = (ip: string, zone: string) => at(ip, { hints: { forZones: [{ name: zone }] } });
    expect(ips(backendsOf(port, [slice(hinted('10.0.0.1', 'west'), hinted('10.0.0.2', 'east'))], place).cluster)).toEqual(['10.0.0.1']);
    expect(ips(backendsOf(port, [slice(hinted('10.0.0.1', 'west'), at('10.0.0.2'))], place).cluster)).toHaveLength(2);
    expect(ips(backendsOf(port, [slice(hinted('10.0.0.1', 'north'), hinted('10.0.0.2', 'east'))], place).cluster)).toHaveLength(2);
  });
});
