import { describe, expect, it } from '@jest/globals';
import { containsNetwork, holdAddress, networksOf, overlaps } from './ip-ranges.ts';
import { ipText, parseIp } from './ip-rules.ts';

describe('a range', () => {
  it.each([
    ['10.96.0.0/12', '10.96.0.1', true],
    ['10.96.0.0/12', '10.111.255.254', true],
    ['10.96.0.0/12', '10.96.0.0', false],
    ['10.96.0.0/12', '10.111.255.255', false],
    ['10.96.0.0/12', '10.112.0.1', false],
    ['10.96.7.9/12', '10.96.0.1', true],
    ['10.0.0.4/30', '10.0.0.6', true],
    ['10.0.0.4/32', '10.0.0.4', false],
    ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', true],
    ['fd00::/64', 'fd00::', false],
    ['fd00::/64', 'fd00:0:0:1::1', false],
    ['fd00::/64', '10.0.0.1', false],
  ])('%s: has %s to give: %s', (cidr, ip, expected) => {
    expect(holdAddress([cidr], ip)).toBe(expected);
  });

  it.each([
    ['10.0.0.0/16', '10.0.7.0/24', true, true],
    ['10.0.7.0/24', '10.0.0.0/16', false, true],
    ['10.0.0.0/24', '10.0.0.0/24', true, true],
    ['10.0.0.0/24', '10.0.1.0/24', false, false],
    ['10.0.0.0/8', 'a00::/8', false, false],
  ])('%s contains, and overlaps, %s: %s, %s', (outer, inner, contains, overlapping) => {
    const [a, b] = networksOf([outer, inner]);
    expect([containsNetwork(a!, b!), overlaps(a!, b!)]).toEqual([contains, overlapping]);
  });

  it('is none of IPv4 in the form of IPv6, and none that is no range', () => {
    expect(networksOf(['::ffff:10.0.0.0/104', 'x', '10.0.0.0/33'])).toEqual([]);
  });
});

describe('the canonical text of an address', () => {
  it.each([
    ['010.000.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['fe80:0:0:0:0:0:0:1', 'fe80::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ])('of %s is %s', (text, canonical) => {
    expect(ipText(parseIp(text)!)).toBe(canonical);
  });
});
