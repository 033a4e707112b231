import { describe, expect, it } from '@jest/globals';
import { parseExactJson } from '../exact-json.ts';
import { finished } from '../steps.ts';
import { hasMembers, isLong, parsedKeys } from './long-values.ts';
import { parseSteps, TooDeepError, TooManyMembersError } from './parse-steps.ts';

const parse = (text: string, pieceLength?: number) =>
  finished(parseSteps(text, { maxDepth: 1000, ...(pieceLength === undefined ? {} : { pieceLength }) }));

/** The value as a text that tells the order of keys and keys that JSON.stringify would not. */
const outcomeOf = (read: () => unknown): string => {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (error instanceof SyntaxError) return 'SyntaxError';
    throw error;
  }
};

/** Cases are drawn from a seed, so that a failure shows again. */
let state = 7;
const upTo = (limit: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % limit;
};
const oneOf = <T>(...choices: readonly [T, ...T[]]): T => choices[upTo(choices.length)] ?? choices[0];

function anyValue(depth: number): unknown {
  const kind = upTo(depth === 0 ? 5 : 9);
  if (kind === 0) return oneOf(null, true, false);
  if (kind === 1) return oneOf(0, -1, 1.5, 1e30, 123456, Number.MAX_SAFE_INTEGER);
  if (kind === 2) return 9007199254740993n;
  if (kind < 5) return oneOf('', 'text', '"', '\\', '\\"', '{[,]}', 'ä💥', '\u0000');
  const children = Array.from({ length: upTo(6) }, () => anyValue(depth - 1));
  return kind < 7 ? children : Object.fromEntries(children.map((child) => [oneOf('a', 'b', 'c', '7', '3', '__proto__', 'x"y', ''), child]));
}

describe('JSON that is parsed in steps', () => {
  it('has the value that it has at once', () => {
    for (let run = 0; run < 400; run++) {
      const space = oneOf('', ' ', '\n\t');
      const text = space + JSON.stringify(anyValue(5)).replace(/[[\]{},:]/g, (char) => char + space);
      expect(outcomeOf(() => parse(text, 1 + upTo(40)))).toBe(outcomeOf(() => parseExactJson(text)));
    }
  });

  it('is refused where it is refused at once', () => {
    for (let run = 0; run < 4_000; run++) {
      const tokens = Array.from({ length: upTo(14) }, () =>
        oneOf('{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\""', '1', 'null', ' ', '"x', '"a":', '{"a":1},', '[1,2]'),
      );
      const text = tokens.join('');
      expect(outcomeOf(() => parse(text, 1 + upTo(10)))).toBe(outcomeOf(() => JSON.parse(text)));
    }
  });

  it('is refused after one character was lost or doubled', () => {
    for (let run = 0; run < 1_000; run++) {
      const text = JSON.stringify(anyValue(4));
      const at = upTo(text.length);
      const damaged = text.slice(0, at + upTo(2)) + text.slice(at + upTo(2));
      expect(outcomeOf(() => parse(damaged, 1 + upTo(40)))).toBe(outcomeOf(() => parseExactJson(damaged)));
    }
  });

  it.each([1, 5, 1_000])('keeps the last of doubled keys, keys of any name, digits and whole characters, in pieces of %d', (pieceLength) => {
    const text =
      '{"a":1,"b":{"c":[1,2,3],"c":[4]},"a":2,"__proto__":{"x":[9007199254740993,-9223372036854775808]},"7":"\\ud800","3":["\\ud83d\\ude00"],"b":3}';
    const value = parse(text, pieceLength);
    expect(JSON.stringify(value)).toBe('{"3":["😀"],"7":"\ufffd","a":2,"b":3,"__proto__":{"x":[9007199254740993,-9223372036854775808]}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    ['{"a":{%}}', false],
    ['{"a":[%]}', false],
    ['{"a":{%"b":1}}', true],
    ['{"a":{%"b":{%}}}', true],
    ['{"a":[%[%]]}', true],
  ])('knows whether the value of a in %s, with blanks in it, has members', (text, has) => {
    const { a } = parse(text.replaceAll('%', ' '.repeat(100)), 10) as { a: object };
    expect(hasMembers(a)).toBe(has);
    expect(isLong(a)).toBe(has);
  });

  it('refuses brackets beyond the depth', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parse(nested(1001), 16)).toThrow(TooDeepError);
    expect(outcomeOf(() => parse(nested(1000), 16))).toBe(nested(1000));
    expect(outcomeOf(() => parse(`"${nested(2000)}"`))).toBe(`"${nested(2000)}"`);
  });

  it('refuses more members of one object or list than are allowed', () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"key${i}":0`).join()}}`;
    const items = (count: number) => `[${Array.from({ length: count }, () => '"a"').join()}]`;
    const read = (text: string) => finished(parseSteps(text, { maxDepth: 10, pieceLength: 16, maxKeys: 100, maxItems: 200 }));
    expect(Object.keys(read(keys(100)) as object)).toHaveLength(100);
    expect(() => read(keys(101))).toThrow(TooManyMembersError);
    expect(read(`{"a":${keys(60)},"b":${keys(60)}}`)).toHaveProperty('b.key59', 0);
    expect(read(items(200))).toHaveLength(200);
    expect(() => read(`{"a":${items(201)}}`)).toThrow(TooManyMembersError);
  });

  it('pauses as often as the text has pieces', () => {
    const text = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i])));
    const steps = parseSteps(text, { maxDepth: 10, pieceLength: 1_000 });
    let count = 0;
    while (!steps.next().done) count++;
    expect(count).toBeGreaterThan(text.length / 1_100);
  });
});

it('the keys of a long object are known without being listed, each once', () => {
  const members = Array.from({ length: 3_000 }, (_, i) => `"key${i}":${i}`);
  const text = `{"a":{${members.join()},"__proto__":1,"key7":"again","inner":[${members.map((_, i) => i).join()}]}}`;
  const { a } = parse(text) as { readonly a: Record<string, unknown> };
  expect(parsedKeys.of(a)).toEqual([...members.map((_, i) => `key${i}`), '__proto__', 'inner']);
  expect(parsedKeys.of(a)).toEqual(Object.keys(a));
  expect(a.key7).toBe('again');
});
