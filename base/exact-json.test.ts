import { describe, expect, it } from '@jest/globals';
import { exactInteger, mayHaveLoneSurrogates, parseExactJson, wellFormedJson } from './exact-json.ts';

describe('JSON without the loss of digits', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
    '{"a":[1,{"b":9007199254740993}],"c":"9007199254740993"}',
  ])('keeps the integers of %s', (text) => expect(JSON.stringify(parseExactJson(text))).toBe(text));

  it('reads all other numbers as JSON.parse does', () => {
    const text = '[0,-1,9007199254740991,1.5,1e20,18446744073709551616,0.1234567890123456789]';
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
    expect(() => parseExactJson('{"a":12345678901234567890')).toThrow(SyntaxError);
  });

  it('finds long integers wherever they stand', () => {
    for (let before = 0; before < 40; before++) {
      const text = `{"${'x'.repeat(before)}":9007199254740993}`;
      expect(JSON.stringify(parseExactJson(text))).toBe(text);
    }
  });

  it('has bigints only for what numbers cannot hold', () => {
    expect(exactInteger('0000000000000042', 42)).toBe(42);
    expect(exactInteger('9007199254740993', 1)).toBe(9007199254740993n);
    expect(exactInteger('9223372036854775808', 2 ** 63)).toBe(2 ** 63);
  });
});

describe('lone surrogates', () => {
  it('become U+FFFD, in keys too; pairs stay', () => {
    const text = '{"\\ud800":"a\\udc00b","pair":"\\ud83d\\ude00","list":["\\ud800"]}';
    expect(mayHaveLoneSurrogates(text)).toBe(true);
    expect(wellFormedJson(JSON.parse(text))).toEqual({ '\ufffd': 'a\ufffdb', pair: '😀', list: ['\ufffd'] });
    expect(mayHaveLoneSurrogates('{"a":"\\u003c"}')).toBe(false);
  });
});
