import { describe, expect, it } from '@jest/globals';
import { goPattern } from './regexp.ts';

describe('patterns in Go syntax', () => {
  it.each([
    ['(?i)^abc$', 'ABC'],
    ['a(?i:b)c', 'aBc'],
    ['\\A[[:alpha:]]+\\z', 'abc'],
    ['^[[:^alpha:]]+$', '123'],
    ['^(?P<name>a)$', 'a'],
    ['^(?<name>a)$', 'a'],
    ['^[a-z]([-a-z0-9]*[a-z0-9])?$', 'a-b'],
    ['^\\pL+$', 'é'],
    ['^\\p{Greek}+$', 'αβγ'],
    ['^\\Qa.b\\E$', 'a.b'],
    ['^\\x{41}$', 'A'],
    ['b', 'abc'],
    ['^a{1,1000}$', 'a'.repeat(1000)],
    ['^.$', '💥'],
  ])('%s matches %s', (pattern, text) => expect(goPattern(pattern).test(text)).toBe(true));

  it.each([
    ['^[[:^alpha:]]+$', 'a1'],
    ['^\\Qa.b\\E$', 'axb'],
    ['^abc$', 'ABC'],
    ['^a$', 'a\n'],
    ['^.$', '\n'],
  ])('%s does not match %j', (pattern, text) => expect(goPattern(pattern).test(text)).toBe(false));

  it.each([
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(?<!a)', 'error parsing regexp: invalid named capture: `(?<!a)`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
    ['(a{1000}){1000}', 'error parsing regexp: invalid repeat count: `{1000}`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['*', 'error parsing regexp: missing argument to repetition operator: `*`'],
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['[a', 'error parsing regexp: missing closing ]: `[a`'],
    ['[b-a]', 'error parsing regexp: invalid character class range: `b-a`'],
    ['a\\', 'error parsing regexp: trailing backslash at end of expression: ``'],
  ])('%s is the error that Go reports', (pattern, message) => expect(() => goPattern(pattern)).toThrow(new SyntaxError(message)));

  // A backtracking engine needs 2²⁸ steps for the first of these texts alone.
  it.each([
    ['^(a+)+$', `${'a'.repeat(100_000)}!`],
    ['^(a|a)*$', `${'a'.repeat(100_000)}!`],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['^(.*)(.*)(.*)[^a]$', 'a'.repeat(100_000)],
  ])('%s takes linear time', (pattern, text) => expect(goPattern(pattern).test(text)).toBe(false));
});
