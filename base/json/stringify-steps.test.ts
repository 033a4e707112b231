import { describe, expect, it } from '@jest/globals';
import { finished } from '../steps.ts';
import { markLong } from './long-values.ts';
import { parseSteps } from './parse-steps.ts';
import { stringifySteps } from './stringify-steps.ts';

const rawText = (value: object) => finished(stringifySteps(value));

describe('JSON that is written in steps', () => {
  it('is the text that is written at once', () => {
    const text = '{"7":{},"a":[1,null,"x\\"",[],{"b":[9007199254740993,true]}],"__proto__":{"c":[{}]},"empty":{},"list":[],"text":"ä💥","last":-1.5}';
    const value = finished(parseSteps(text, { maxDepth: 10, pieceLength: 1 }));
    expect(rawText(value as object)).toBe(text);
  });

  it('leaves out fields that are undefined, and writes null for such items', () => {
    const value = markLong({ a: undefined, b: markLong([undefined, 1]), c: markLong({ d: undefined }) });
    expect(rawText(value)).toBe(JSON.stringify(value));
  });

  it('has pauses in proportion to its length', () => {
    const value = markLong(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, `value${i}`])));
    const steps = stringifySteps(value);
    let count = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) count++;
    expect(step.value).toBe(JSON.stringify(value));
    expect(count).toBeGreaterThan(20);
  });
});
