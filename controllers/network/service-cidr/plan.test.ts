import { describe, expect, it } from '@jest/globals';
import type { IPAddress } from '../../../api/kinds/networking/ip-address.ts';
import type { ServiceCIDR } from '../../../api/kinds/networking/service-cidr.ts';
import type { Live } from '../../../api/meta/object.ts';
import { plan } from './plan.ts';

const DELETED_AT = '2026-01-01T00:00:00Z';
const NOW = Date.parse(DELETED_AT) + 20_000;
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const identity = { uid: 'u', resourceVersion: '1', creationTimestamp: DELETED_AT };

const ranges = (name: string, cidrs: string[], changed: Partial<ServiceCIDR['metadata']> = {}): Live<ServiceCIDR> => ({
  metadata: { ...identity, name, finalizers: [FINALIZER], ...changed },
  spec: { cidrs },
});
const address = (name: string, managedBy = 'ipallocator.k8s.io'): Live<IPAddress> => ({
  metadata: { ...identity, name, labels: { 'ipaddress.kubernetes.io/managed-by': managedBy } },
  spec: { parentRef: { resource: 'services', name: 'x' } },
});
const terminating = ranges('a', ['10.0.0.0/24'], { deletionTimestamp: DELETED_AT });
const planFor = (object: Live<ServiceCIDR>, others: readonly Live<ServiceCIDR>[], addresses: readonly Live<IPAddress>[], now = NOW) =>
  plan({ object, serviceCidrs: [object, ...others], addresses: () => addresses, now });

describe('a ServiceCIDR', () => {
  const ready = { type: 'Ready', status: 'True' as const, reason: '', message: 'Kubernetes Service CIDR is ready' };

  it('gets its finalizer and is marked ready', () => {
    expect(planFor(ranges('a', ['10.0.0.0/24'], { finalizers: [] }), [], [])).toEqual({ kind: 'prepare', addFinalizer: true, condition: ready });
  });

  it('is left alone once it has both', () => {
    const object = { ...ranges('a', ['10.0.0.0/24']), status: { conditions: [{ ...ready, lastTransitionTime: DELETED_AT }] } };
    expect(planFor(object, [], [])).toEqual({ kind: 'nothing' });
  });
});

describe('a terminating ServiceCIDR', () => {
  const blocked = {
    kind: 'block',
    condition: {
      type: 'Ready',
      status: 'False',
      reason: 'Terminating',
      message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    },
  };

  it.each<[string, readonly Live<ServiceCIDR>[], readonly Live<IPAddress>[], object]>([
    ['stays while an address is in use', [], [address('10.0.0.7')], blocked],
    ['goes without addresses', [], [], { kind: 'let go' }],
    ['is not held by addresses elsewhere', [], [address('10.0.1.7')], { kind: 'let go' }],
    ['is not held by addresses that others manage', [], [address('10.0.0.7', 'me')], { kind: 'let go' }],
    ['goes if a larger range has all of it', [ranges('b', ['10.0.0.0/16'])], [address('10.0.0.7')], { kind: 'let go' }],
    ['goes if another has the same range', [ranges('b', ['10.0.0.0/24'])], [address('10.0.0.7')], { kind: 'let go' }],
    ['goes if others have the addresses', [ranges('b', ['10.0.0.0/28'])], [address('10.0.0.7')], { kind: 'let go' }],
    ['stays if others have some of the addresses', [ranges('b', ['10.0.0.0/28'])], [address('10.0.0.7'), address('10.0.0.77')], blocked],
    ['stays if another has the address of its network', [ranges('b', ['10.0.0.7/32'])], [address('10.0.0.7')], blocked],
  ])('%s', (_sentence, others, addresses, action) => {
    expect(planFor(terminating, others, addresses)).toEqual(action);
  });

  it('stays for ten seconds, so that every API server knows', () => {
    expect(planFor(terminating, [], [], Date.parse(DELETED_AT) + 4_000)).toEqual({ kind: 'wait', ms: 6_000 });
  });

  it('needs all of its ranges covered', () => {
    const dual = ranges('a', ['10.0.0.0/24', 'fd00::/64'], { deletionTimestamp: DELETED_AT });
    expect(planFor(dual, [ranges('b', ['10.0.0.0/16'])], [address('fd00::7')])).toEqual(blocked);
    expect(planFor(dual, [ranges('b', ['10.0.0.0/16', 'fd00::/48'])], [address('fd00::7')])).toEqual({ kind: 'let go' });
  });
});
