import { describe, expect, it } from '@jest/globals';
import { parseTokenFile, tokenHash } from './static-tokens.ts';

describe('a token file', () => {
  it.each<[string, string, object]>([
    ['three columns', 't,ann,1', { name: 'ann', uid: '1', groups: [] }],
    ['groups', 't,ann,1,"a,b"', { name: 'ann', uid: '1', groups: ['a', 'b'] }],
    ['one group without quotes', 't,ann,1,a', { name: 'ann', uid: '1', groups: ['a'] }],
    ['empty groups', 't,ann,1,""', { name: 'ann', uid: '1', groups: [] }],
    ['further columns', 't,ann,1,a,b', { name: 'ann', uid: '1', groups: ['a'] }],
    ['quotes and commas in names', 't,"a ""b"", c",1', { name: 'a "b", c', uid: '1', groups: [] }],
    ['a name over two lines', 't,"a\nb",1', { name: 'a\nb', uid: '1', groups: [] }],
    ['carriage returns', 'x,y,z\r\nt,ann,1\r\n', { name: 'ann', uid: '1', groups: [] }],
    ['empty lines and comments', '\n# t,nobody,0\nt,ann,1\n', { name: 'ann', uid: '1', groups: [] }],
    ['names of properties of objects', 't,constructor,__proto__,toString', { name: 'constructor', uid: '__proto__', groups: ['toString'] }],
  ])('may have %s', (_, text, user) => {
    expect(parseTokenFile(text).get(tokenHash('t'))).toEqual(user);
  });

  it.each<[string, string, string]>([
    ['two columns', 'a,b,c\nt,ann', 'token file, line 2, column 6: must have at least 3 columns (token, user name, user uid), found 2'],
    ['a quote in a plain field', 'a,b,c\nt,a"b,1', 'token file, line 2, column 4: bare " in a field that is not quoted'],
    ['text after a quoted field', 't,"a"b,1', 'token file, line 1, column 6: extraneous or missing " in a quoted field'],
    ['a quote that does not end', '\nt,"ann,1\n', 'token file, line 2, column 3: a quoted field does not end: a " is missing'],
  ])('with %s is refused with line and column', (_, text, message) => {
    expect(() => parseTokenFile(text)).toThrow(message);
  });

  it('keeps the first of two lines with one token, and none without token', () => {
    const warnings: string[] = [];
    const users = parseTokenFile('t,ann,1\nt,bob,2\n,eve,3\n', (message) => warnings.push(message));
    expect([...users.values()].map(({ name }) => name)).toEqual(['ann']);
    expect(warnings).toEqual([
      'token file, line 2, column 1: the token stands in an earlier line; this one is skipped',
      'token file, line 3, column 1: the token is empty; the line is skipped',
    ]);
  });

  it('of a megabyte of quotes is read in linear time', () => {
    expect(() => parseTokenFile(`t,"${'""'.repeat(500_000)}`)).toThrow('line 1, column 3');
  });
});
