import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors } from '../../definition/strategy.fixture.ts';
import { endpoints, endpointsStrategy } from './endpoints.ts';

describe('Endpoints', () => {
  it.each([
    ['have addresses', { ports: [{ port: 1 }] }, ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      'have addresses that can be read',
      { addresses: [{ ip: 'x' }] },
      ['subsets[0].addresses[0].ip: Invalid value: "x"', 'must be a valid IP address'],
    ],
    ['have addresses that lead somewhere', { addresses: [{ ip: '127.0.0.1' }] }, ['may not be in the loopback range']],
    [
      'name their ports where they have several',
      { addresses: [{ ip: '1.2.3.4' }], ports: [{ port: 1 }, { port: 2, name: 'b' }] },
      ['subsets[0].ports[0].name: Required value'],
    ],
  ])('%s', (_sentence, subset, expected) => {
    expect(createErrors(endpointsStrategy, { subsets: [subset] })).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
});

it('the table of Endpoints shows the first three endpoints and how many follow', () => {
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
  expect(row(endpoints, { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ port: 80 }] }] }).Endpoints).toBe(
    '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...',
  );
  expect(row(endpoints, {}).Endpoints).toBe('<none>');
  const many = Array.from({ length: 20_000 }, (_, i) => ({ ip: `10.1.${i >> 8}.${i & 255}` }));
  const ports = Array.from({ length: 20_000 }, (_, i) => ({ port: i + 1, name: `p${i}` }));
  const text = row(endpoints, {
    subsets: [
      { addresses: many.slice(0, 2), ports: [{ port: 80 }, { port: 81 }] },
      { addresses: many, ports },
    ],
  }).Endpoints;
  expect(text).toBe('10.1.0.0:80,10.1.0.1:80,10.1.0.0:81 + 400000001 more...');
});
