import { describe, expect, it } from '@jest/globals';
import '../exact-json.ts';
import { boundedJson } from './bounded-json.ts';

describe('the bounded JSON of a value', () => {
  const value = { a: [1, 'two', null, true, [], {}], 'b"': { c: '\u2028', d: [[{ e: -1.5 }], 12n] }, f: '' };

  it('is that of JSON.stringify up to the length, and longer than it otherwise', () => {
    const whole = JSON.stringify(value);
    for (let length = 0; length < whole.length; length++) {
      const text = boundedJson(value, length);
      expect(text.length).toBeGreaterThan(length);
      expect(whole.startsWith(text.slice(0, length + 1))).toBe(true);
    }
    expect(boundedJson(value, whole.length)).toBe(whole);
  });

  it('leaves out absent fields, and writes absent items as null', () => {
    expect(boundedJson({ a: undefined, b: [undefined, 1] }, 100)).toBe('{"b":[null,1]}');
  });

  it('reads no more of a value than it writes', () => {
    let read = 0;
    const list = Array.from({ length: 1_000 }, () => ({
      get a() {
        read++;
        return 'x';
      },
    }));
    expect(boundedJson({ list }, 50).length).toBeGreaterThan(50);
    expect(read).toBeLessThan(10);
  });
});
