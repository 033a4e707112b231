import { describe, expect, it } from '@jest/globals';
import { createEnvFileReader } from './env-file.ts';

/** Reads a text in pieces of `size` bytes; undefined if the variable is not in it. */
function valueIn(text: string, key: string, size: number): string | undefined {
  const reader = createEnvFileReader(key);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const value = reader.read(bytes.subarray(at, at + size));
    if (value !== undefined) return value;
  }
  return reader.end();
}

const sizesFor = (text: string): readonly number[] => [1, 7, 10_000, 1_000_000].filter((size) => text.length / size < 1_000);

describe('a file of variables', () => {
  it.each<[rule: string, text: string, key: string, value: string | undefined]>([
    ['skips blank lines, comments and leading blanks', "\n  \n # A='no'\n\t A='1'\nB='2'", 'A', '1'],
    ['has no value for other names', "A='1'\n", 'B', undefined],
    ['takes the first of two', "A='1'\nA='2'\n", 'A', '1'],
    ['keeps what stands in quotes as it is', `A=' #"$HOME \\n ''\n`.replace("''", "'"), 'A', ' #"$HOME \\n '],
    ['takes signs of equality in a value', "A='b=c=d'", 'A', 'b=c=d'],
    ['lets a value go on over lines, blank ones and comments too', "A='1\n\n# 2\n  3'\n", 'A', '1\n\n# 2\n  3'],
    ['looks for no name within a value', "A='1\nB='\nB='2'", 'B', '2'],
    ['takes a comment after a value', "A='1' \t# one\n", 'A', '1'],
    ['ends lines with a carriage return too', "A='1\r\n2'\r\nB='3'\r\n", 'A', '1\n2'],
    ['gives a variable with a blank after the sign no value', "A= '1'\n", 'A', ''],
    ['goes on after such a variable', "A= '1'\nB='2'\n", 'B', '2'],
    ['takes an empty value', "A=''\n", 'A', ''],
    ['takes letters of any script', "A='grüße 日本'\n", 'A', 'grüße 日本'],
    ['is not looked at after the variable', "A='1'\nnonsense\n", 'A', '1'],
    ['has lines of up to 65535 bytes', `A='${'x'.repeat(65_531)}'\n`, 'A', 'x'.repeat(65_531)],
  ])('%s', (_rule, text, key, value) => {
    for (const size of sizesFor(text)) expect(valueIn(text, key, size)).toBe(value);
  });

  it.each([
    ['no sign of equality', "B='1'\nnonsense\n", 'line 2: missing'],
    ['no name', "='1'\n", 'line 1: empty variable name'],
    ['a blank before the sign', "A ='1'\n", "line 1: whitespace before '='"],
    ['no quotes', '# x\nA=1\n', 'line 2: value must be enclosed in single quotes'],
    ['double quotes', 'A="1"\n', 'line 1: value must be enclosed in single quotes'],
    ['text after the closing quote', "A='1'2\n", 'line 1: unexpected content after closing quote'],
    ['two quoted texts', "A='1''2'\n", 'line 1: unexpected content after closing quote'],
    ['no closing quote', "B='1'\nA='1\n2\n", 'starting at line 2: unclosed single quote'],
    ['a longer line', `A='${'x'.repeat(65_532)}'\n`, 'more than 65535 bytes'],
    ['a longer last line', `A='${'x'.repeat(65_536)}`, 'more than 65535 bytes'],
    ['a value that would fill the memory', `A='${`${'x'.repeat(60_000)}\n`.repeat(20)}'`, 'more than 1048576 characters'],
  ])('is refused with %s', (_fault, text, message) => {
    for (const size of sizesFor(text)) expect(() => valueIn(text, 'A', size)).toThrow(message);
  });
});
