import { expect, it } from '@jest/globals';
import { semanticEqual } from '../equality.ts';
import { finished } from '../steps.ts';
import { parseSteps } from './parse-steps.ts';
import { semanticEqualSteps } from './semantic-equal-steps.ts';

it('the semantic equality of long values is found with pauses as at once', () => {
  const long = (value: unknown) => finished(parseSteps(JSON.stringify(value), { maxDepth: 10, pieceLength: 1 }));
  const map = Object.fromEntries(Array.from({ length: 2_500 }, (_, i) => [`key${i}`, 'value']));
  const list = Array.from({ length: 2_500 }, () => ({ a: [] }));
  const values = [map, { ...map, more: 'x' }, { ...map, more: [] }, { ...map, key7: 'other' }, list, list.slice(1), [...list.slice(1), {}]];
  for (const a of values) {
    for (const b of values) expect(finished(semanticEqualSteps(long({ a }), long({ a: b })))).toBe(semanticEqual(a, b));
  }
  let pauses = 0;
  for (const steps = semanticEqualSteps(long(map), long(map)); !steps.next().done; ) pauses++;
  expect(pauses).toBeGreaterThan(3);
});
