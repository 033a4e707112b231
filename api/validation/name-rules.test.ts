import { describe, expect, it } from '@jest/globals';
import {
  byteLength,
  configKeyFaults,
  dns1035LabelFaults,
  dns1123LabelFaults,
  dns1123SubdomainFaults,
  environmentNameFaults,
  labelValueFaults,
  pathSegmentName,
  percentFaults,
  portNameFaults,
  portNumberFaults,
  qualifiedNameFaults,
  subdomainName,
  userIdFaults,
} from './name-rules.ts';

type Rule = (value: string) => readonly string[];
const long = (n: number) => 'x'.repeat(n);

describe('rules of names', () => {
  it.each<[string, Rule, readonly string[], readonly string[]]>([
    ['a DNS-1123 label', dns1123LabelFaults, ['a', 'a-b', '0', long(63)], ['', 'A', '-a', 'a-', 'a.b', 'a_b', long(64)]],
    ['a DNS-1123 subdomain', dns1123SubdomainFaults, ['a', 'a.b', 'a-b.0', long(253)], ['', '.a', 'a..b', 'a.', 'a_b', 'A', long(254)]],
    ['a DNS-1035 label', dns1035LabelFaults, ['a', 'a-0'], ['', '0a', 'a.b', long(64)]],
    ['a qualified name', qualifiedNameFaults, ['a', 'A.b_c-d', 'a.b/C', long(63)], ['', '/a', 'a/', 'a/b/c', 'A/b', '-a', long(64), 'a b']],
    ['a label value', labelValueFaults, ['', 'a', 'A.b_c-d', long(63)], ['-a', 'a-', 'a b', 'a/b', long(64)]],
    ['a config key', configKeyFaults, ['a', '.a', 'A_b-c.d', long(253)], ['', 'a b', '.', '..', '..a', 'a/b', long(254)]],
    ['an environment variable name', environmentNameFaults, ['A', '1', 'a b', '~'], ['', 'A=B', 'ä', 'a\n']],
    ['a port name', portNameFaults, ['http', 'a-1', long(15)], ['', '1', 'a--b', '-a', 'a-', 'A', long(16)]],
    ['a percentage', percentFaults, ['0%', '250%'], ['', '5', '-1%', '1.5%', '5%%']],
  ])('takes %s, and nothing else', (_what, rule, good, bad) => {
    for (const value of good) expect([value, rule(value)]).toEqual([value, []]);
    for (const value of bad) expect([value, rule(value).length > 0]).toEqual([value, true]);
  });

  it('says of a name with dots that a label has none', () => {
    expect(dns1123LabelFaults('a.b')).toEqual(['must not contain dots']);
  });

  it('reports both the length and the characters of a name that has both wrong', () => {
    expect(dns1123LabelFaults(`${long(64)}_`)).toHaveLength(2);
  });

  it('reports an empty name part twice, as upstream does', () => {
    expect(qualifiedNameFaults('')).toHaveLength(2);
    expect(qualifiedNameFaults('')[0]).toBe('name part must be non-empty');
  });

  it('calls a name with several slashes no valid label key', () => {
    expect(qualifiedNameFaults('a/b/c')).toEqual([expect.stringMatching(/^a valid label key must consist of .* \(e\.g\. 'example\.com\/MyName'\)$/)]);
  });

  it('lets a generateName prefix end with a dash', () => {
    expect(subdomainName('web-', true)).toEqual([]);
    expect(subdomainName('web-', false)).toHaveLength(1);
    expect(subdomainName('-', true)).toHaveLength(1);
  });

  it('takes any name that can stand in a URL path where no more is asked', () => {
    expect(pathSegmentName('System:Node_1', false)).toEqual([]);
    expect(pathSegmentName('..', false)).toEqual(["may not be '..'"]);
    expect(pathSegmentName('a/b%', false)).toEqual(["may not contain '/'", "may not contain '%'"]);
  });

  it('knows the ranges of ports and of user ids', () => {
    expect([0, 1, 65535, 65536].map((port) => portNumberFaults(port).length)).toEqual([1, 0, 0, 1]);
    expect(portNumberFaults(0)).toEqual(['must be between 1 and 65535, inclusive']);
    expect([-1, 0, 2147483647, 2147483648].map((id) => userIdFaults(id).length)).toEqual([1, 0, 0, 1]);
  });

  it('counts the bytes of a text as UTF-8 has them', () => {
    for (const text of ['', 'abc', 'äöü', '€', '😀', 'a😀ä']) expect(byteLength(text)).toBe(Buffer.byteLength(text));
  });
});
