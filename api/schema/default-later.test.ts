import { expect, it } from '@jest/globals';
import { finished } from '../../base/steps.ts';
import { defaultEntries, defaultLater, defaultsInSteps } from './default-later.ts';

const map = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i]));

it('of a short object, all defaults are set at once', () => {
  const order: string[] = [];
  defaultLater(function* () {
    order.push('first');
    yield;
    order.push('second');
  });
  defaultEntries({ a: 1, b: 2 }, (key, value) => order.push(`${key}${value}`));
  expect(order).toEqual(['first', 'second', 'a1', 'b2']);
});

it('of a long object, what is put off follows the rest in order, with pauses', () => {
  const order: string[] = [];
  const steps = defaultsInSteps(() => {
    defaultEntries(map, (key) => order.push(key));
    defaultLater(function* () {
      yield;
      order.push('last');
    });
    order.push('first');
  });
  let pauses = 0;
  while (!steps.next().done) pauses++;
  expect(order).toEqual(['first', ...Object.keys(map), 'last']);
  expect(pauses).toBeGreaterThan(4);
});

it('defaults that throw put nothing off for those after them', () => {
  const failing = () => {
    throw new Error('refused');
  };
  expect(() => finished(defaultsInSteps(failing))).toThrow('refused');
  let isSet = false;
  defaultEntries({ a: 1 }, () => {
    isSet = true;
  });
  expect(isSet).toBe(true);
});
