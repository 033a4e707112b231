import { expect, it } from '@jest/globals';
import { canonicalJson } from '../json.ts';
import { finished } from '../steps.ts';
import { inKeyOrderSteps } from './key-order.ts';
import { parseSteps } from './parse-steps.ts';

it.each(['{"b":[1,{"d":null,"c":"x"},[]],"a":{}}', '[{"b":1,"a":2},"x"]', '{"z":{"y":1,"x":[{"b":1,"a":[]}]},"__proto__":true}'])(
  'puts the keys of %s into order, whether it is long or not',
  (text) => {
    const value: unknown = JSON.parse(text);
    const long = finished(parseSteps(text, { maxDepth: 100, pieceLength: 1 }));
    expect(JSON.stringify(finished(inKeyOrderSteps(value)))).toBe(canonicalJson(value));
    expect(JSON.stringify(finished(inKeyOrderSteps(long)))).toBe(canonicalJson(value));
  },
);
