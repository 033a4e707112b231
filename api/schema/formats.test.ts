import { describe, expect, it } from '@jest/globals';
import { stringFormat } from './formats.ts';

describe('string formats', () => {
  it.each([
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv6', 'fe80::1', 'fe80:::1'],
    ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
    ['cidr', 'fd00::/64', 'fd00::/129'],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123e4567'],
    ['date', '2026-02-28', '2026-02-30'],
    ['date-time', '2026-02-28T00:00:00Z', '2026-02-28'],
    ['duration', '1h30m', 'soon'],
    ['byte', 'YQ==', '?'],
    ['hostname', 'a.example.com', '-a'],
    ['uri', 'https://example.com/x', 'no uri'],
    ['email', 'a@example.com', 'a'],
    ['mac', '00:1b:44:11:3a:b7', '00:1b'],
  ])('%s takes %s and not %s', (name, good, bad) => {
    const test = stringFormat(name)!;
    expect([test(good), test(bad)]).toEqual([true, false]);
  });
  it('of other names are not checked', () => expect(stringFormat('colour')).toBeUndefined());
});
