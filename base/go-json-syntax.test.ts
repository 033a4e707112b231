import { describe, expect, it } from '@jest/globals';
import { goSyntaxProblem } from './go-json-syntax.ts';
import { finished } from './steps.ts';

describe('the description of a text that is not JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['"a', 'unexpected end of JSON input'],
    ['text', "invalid character 'e' in literal true (expecting 'r')"],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['[1.x]', "invalid character 'x' after decimal point in numeric literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
  ])('of %j is %s', (text, problem) => {
    expect(finished(goSyntaxProblem(text))).toBe(problem);
  });

  it('takes nested texts of any depth', () => {
    expect(finished(goSyntaxProblem('['.repeat(100_000)))).toBe('unexpected end of JSON input');
  });
});
