import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { EndpointSlice } from './endpoint-slice.ts';
import { endpointSliceStrategy, endpointSlices } from './endpoint-slice.ts';

describe('an EndpointSlice', () => {
  const slice = (changes: Partial<EndpointSlice>): EndpointSlice => ({ addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ...changes });

  it('has ports of TCP, with a name that may be empty', () => {
    expect(defaulted(endpointSliceStrategy, slice({ ports: [{ port: 1 }] })).ports).toEqual([{ port: 1, name: '', protocol: 'TCP' }]);
  });

  it.each<[string, Partial<EndpointSlice>, string]>([
    ['has an address type', { addressType: '' }, 'addressType: Required value'],
    ['has a known address type', { addressType: 'IP' }, 'addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
    ['has endpoints with addresses', { endpoints: [{ addresses: [] }] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
    [
      'has addresses of its type',
      { endpoints: [{ addresses: ['fd00::1'] }] },
      'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address',
    ],
    [
      'has 1000 endpoints at most',
      { endpoints: new Array(1001).fill({ addresses: ['10.1.2.3'] }) },
      'endpoints: Too many: 1001: must have at most 1000 items',
    ],
    ['has each port name once', { ports: [{ port: 1 }, { port: 2 }] }, 'ports[1].name: Duplicate value: ""'],
    [
      'names full domains where it says so',
      { addressType: 'FQDN', endpoints: [{ addresses: ['a'] }] },
      'should be a domain with at least two segments',
    ],
  ])('%s', (_sentence, changes, expected) => {
    expect(createErrors(endpointSliceStrategy, slice(changes))).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps its address type', () => {
    const errors = updateErrors(endpointSliceStrategy, stored(endpointSliceStrategy, slice({ endpoints: [] })), (s) => {
      s.addressType = 'IPv6';
    });
    expect(errors).toEqual(['addressType: Invalid value: "IPv6": field is immutable']);
  });
});

it('the table of EndpointSlices shows an empty one', () => {
  expect(row(endpointSlices, { addressType: 'IPv4', endpoints: [] })).toMatchObject({ Ports: '<unset>', Endpoints: '<unset>' });
});
