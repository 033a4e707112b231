import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './json.ts';

describe('the canonical text', () => {
  it.each([
    [{ b: [1, { d: null, c: 'x' }, []], a: {} }, '{"a":{},"b":[1,{"c":"x","d":null},[]]}'],
    [{ length: 2, keys: undefined }, '{"keys":null,"length":2}'],
    [JSON.parse('{"__proto__":[true]}'), '{"__proto__":[true]}'],
    ['"', '"\\""'],
    [undefined, 'null'],
    [[undefined, [[]]], '[null,[[]]]'],
  ])('of %j has its keys in order', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('takes values of any depth', () => {
    const text = `${'{"a":['.repeat(50_000)}${']}'.repeat(50_000)}`;
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });
});
