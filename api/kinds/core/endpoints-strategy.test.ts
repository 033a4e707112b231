import { describe, expect, it } from '@jest/globals';
import { createErrors } from '../../definition/strategy.fixture.ts';
import { endpointsStrategy } from './endpoints-strategy.ts';

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
