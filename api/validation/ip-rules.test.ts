import { describe, expect, it } from '@jest/globals';
import type { FieldError } from '../schema/field-error.ts';
import { rootPath } from './field-path.ts';
import { checkNonSpecialIp, isDualStack, isDualStackCidrs, isIpv6, parseCidr, parseIp } from './ip-rules.ts';

describe('IP addresses', () => {
  it.each(['10.1.2.3', '010.001.002.003', '::', '::1', 'fe80::1', '2001:db8::ffff', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', '1::1.2.3.4'])(
    'reads %s',
    (text) => {
      expect(parseIp(text)).toBeDefined();
    },
  );

  it.each([
    '',
    'a',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'fe80::1%eth0',
    '1.2.3.4/8',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('takes an IPv4 address in IPv6 form for what it is', () => {
    expect(parseIp('::ffff:1.2.3.4')).toEqual({ family: 4, bytes: [1, 2, 3, 4] });
    expect(isIpv6('::ffff:1.2.3.4')).toBe(false);
    expect(isIpv6('fd00::1')).toBe(true);
  });

  it('reads networks with as many bits as their family has', () => {
    expect(parseCidr('10.0.0.0/8')?.bits).toBe(8);
    expect(parseCidr('fd00::/64')?.bits).toBe(64);
    for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'fd00::/129', 'a/8', '10.0.0.0/-1']) expect(parseCidr(text)).toBeUndefined();
  });

  it('knows lists of both families', () => {
    expect([isDualStack(['1.2.3.4', 'fd00::1']), isDualStack(['1.2.3.4', '1.2.3.5'])]).toEqual([true, false]);
    expect([isDualStackCidrs(['10.0.0.0/8', 'fd00::/64']), isDualStackCidrs(['10.0.0.0/8'])]).toEqual([true, false]);
  });

  it.each([
    ['0.0.0.0', 'may not be unspecified (0.0.0.0)'],
    ['::', 'may not be unspecified (::)'],
    ['127.0.0.1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['::1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['169.254.1.1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['fe80::1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['224.0.0.1', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
    ['ff02::1', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ])('refuses %s as an endpoint', (address, why) => {
    const errors: FieldError[] = [];
    checkNonSpecialIp(errors, address, rootPath('ip'));
    expect(errors.map((error) => error.message)).toEqual([`Invalid value: "${address}": ${why}`]);
  });

  it('takes ordinary addresses as endpoints', () => {
    const errors: FieldError[] = [];
    for (const address of ['10.1.2.3', '224.0.1.1', 'fd00::1', '2001:db8::1']) checkNonSpecialIp(errors, address, rootPath('ip'));
    expect(errors).toEqual([]);
  });
});
