import { expect, it } from '@jest/globals';
import { isLong, markAbove, markLong } from './long-values.ts';

it('an object put together of long parts is long too, down to a depth', () => {
  const long = markLong({ a: 1 });
  const object = { metadata: { labels: long, name: 'x' }, spec: { replicas: 1 }, status: undefined };
  expect(markAbove(object, 1)).toBe(false);
  expect(markAbove(object, 2)).toBe(true);
  expect([object, object.metadata, object.spec].map(isLong)).toEqual([true, true, false]);
  expect(markAbove({ list: [{ long }] }, 5)).toBe(false);
  expect([markAbove(null, 3), markAbove('text', 3), markAbove(long, 0)]).toEqual([false, false, true]);
});
