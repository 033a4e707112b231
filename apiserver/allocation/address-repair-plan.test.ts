import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../api/kinds/core/service/index.ts';
import type { IPAddress } from '../../api/kinds/networking/ip-address.ts';
import type { Live } from '../../api/meta/object.ts';
import { addressObject } from './address-object.ts';
import { repairsOfService, verdictOnAddress } from './address-repair-plan.ts';

const identity = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const CREATED = Date.parse(identity.creationTimestamp);
const IP = '10.96.0.7';

const service = (name: string, ip = IP): Live<Service> => ({
  metadata: { ...identity, namespace: 'default', name },
  spec: { clusterIP: ip, clusterIPs: [ip] },
});
function address(name: string, change: (address: IPAddress) => void = () => {}): Live<IPAddress> {
  const made = addressObject(IP, { namespace: 'default', name }, CREATED);
  change(made);
  return { ...made, metadata: { ...made.metadata, ...identity, name: IP } };
}
const stateOf = (services: readonly Live<Service>[], addresses: readonly Live<IPAddress>[], inRange = true) => ({
  service: (key: { name: string }) => services.find(({ metadata }) => metadata.name === key.name),
  address: (ip: string) => addresses.find(({ metadata }) => metadata.name === ip),
  inRange: () => inRange,
});

describe('a service', () => {
  const a = service('a');
  const wrong = 'the ClusterIP [IPv4]: 10.96.0.7 for Service default/a has a wrong reference; repairing';

  it.each<[string, readonly Live<IPAddress>[], readonly object[]]>([
    ['has its address', [address('a')], []],
    [
      'lacks its address',
      [],
      [{ ip: IP, event: { reason: 'ClusterIPNotAllocated', message: 'Cluster IP [IPv4]: 10.96.0.7 is not allocated; repairing' }, action: 'create' }],
    ],
    [
      'has an address that is of no service',
      [address('a', ({ spec }) => Object.assign(spec.parentRef, { group: 'example.com' }))],
      [{ ip: IP, event: { reason: 'ClusterIPNotAllocated', message: wrong }, action: 'recreate' }],
    ],
    [
      'has the address of a service that is gone',
      [address('gone')],
      [{ ip: IP, event: { reason: 'ClusterIPNotAllocated', message: wrong }, action: 'recreate' }],
    ],
    [
      'shares its address with another',
      [address('b')],
      [
        {
          ip: IP,
          event: {
            reason: 'ClusterIPAlreadyAllocated',
            message: 'Cluster IP [IPv4]:10.96.0.7 was assigned to multiple services; please recreate service',
          },
        },
      ],
    ],
    ['has an address without the labels', [address('a', ({ metadata }) => delete metadata?.labels)], [{ ip: IP, action: 'recreate' }]],
  ])('%s', (_sentence, addresses, repairs) => {
    expect(repairsOfService(a, stateOf([a, service('b')], addresses))).toEqual(repairs);
  });

  it('outside of the ranges is told so, and left alone', () => {
    expect(repairsOfService(a, stateOf([a], [], false))).toEqual([
      {
        ip: IP,
        event: {
          reason: 'ClusterIPOutOfRange',
          message: 'Cluster IP [IPv4]: 10.96.0.7 is not within any configured Service CIDR; please recreate service',
        },
      },
    ]);
  });

  it('that is headless needs none', () => expect(repairsOfService(service('a', 'None'), stateOf([], []))).toEqual([]));
});

describe('an IPAddress', () => {
  it('with its service is fine', () => expect(verdictOnAddress(address('a'), stateOf([service('a')], []), CREATED)).toBe('fine'));
  it('that others manage is fine', () => {
    const theirs = address('gone', ({ metadata }) => delete metadata?.labels);
    expect(verdictOnAddress(theirs, stateOf([], []), CREATED + 1e9)).toBe('fine');
  });
  it('without a service is waited for, and deleted after a minute', () => {
    expect(verdictOnAddress(address('a'), stateOf([], []), CREATED + 1_000)).toEqual({ lookAgainAfterMs: 59_001 });
    expect(verdictOnAddress(address('a'), stateOf([], []), CREATED + 60_001)).toEqual({
      ip: IP,
      event: { reason: 'IPAddressNotAllocated', message: 'IPAddress: 10.96.0.7 for Service default/a appears to have leaked: cleaning up' },
      action: 'delete',
    });
  });
  it('of a service with another address is deleted', () => {
    expect(verdictOnAddress(address('a'), stateOf([service('a', '10.96.0.8')], []), CREATED)).toEqual({ lookAgainAfterMs: 60_001 });
    expect(verdictOnAddress(address('a'), stateOf([service('a', '10.96.0.8')], []), CREATED + 60_001)).toEqual({
      ip: IP,
      event: { reason: 'IPAddressWrongReference', message: 'IPAddress: 10.96.0.7 for Service default/a has a wrong reference; cleaning up' },
      action: 'delete',
    });
  });
  it('that no longer refers to a service is deleted', () => {
    const other = address('a', ({ spec }) => Object.assign(spec.parentRef, { resource: 'pods' }));
    expect(verdictOnAddress(other, stateOf([], []), CREATED)).toMatchObject({
      event: { message: expect.stringContaining('appears to have been modified, not referencing a Service &ParentReference{Group:,Resource:pods,') },
      action: 'delete',
    });
  });
});
