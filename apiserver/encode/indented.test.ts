import { describe, expect, it } from '@jest/globals';
import { indented } from './indented.ts';

const VALUES = [
  {},
  [],
  { a: {}, b: [], c: [{}] },
  {
    kind: 'List',
    items: [
      { n: 1, s: 'a "quoted" \\ {brace}, [bracket]: é€😀' },
      { n: -2.5e3, t: true, f: false, z: null },
    ],
  },
  'text',
];

describe('indented JSON', () => {
  it.each(VALUES.map((value) => [value] as const))('reads as JSON.stringify writes it: %j', (value) => {
    expect([...indented([JSON.stringify(value)])].join('')).toBe(JSON.stringify(value, null, 2));
  });

  it('comes in parts, wherever they are cut', () => {
    const value = VALUES[3];
    const text = JSON.stringify(value);
    for (let at = 1; at < text.length; at++) {
      expect([...indented([text.slice(0, at), text.slice(at)])].join('')).toBe(JSON.stringify(value, null, 2));
    }
  });

  it('takes JSON that is indented already', () => {
    expect([...indented([JSON.stringify(VALUES[2], null, 4)])].join('')).toBe(JSON.stringify(VALUES[2], null, 2));
  });

  it('comes in short parts, none of which ends within a character', () => {
    const value = [`a${'😀'.repeat(100_000)}`];
    const parts = [...indented([JSON.stringify(value)])];
    expect(parts.length).toBeGreaterThan(2);
    expect(Buffer.concat(parts.map((part) => Buffer.from(part))).toString()).toBe(JSON.stringify(value, null, 2));
  });
});
