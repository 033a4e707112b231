import { expect, it } from '@jest/globals';
import { imageCollection } from './image-collection.ts';

it('images that cannot be removed are told of from the second time in a row on', async () => {
  const outcomes = ['first', 'second', '', 'third', 'fourth'];
  const collect = async () => {
    const problem = outcomes.shift();
    if (problem) throw new Error(problem);
  };
  const told: string[] = [];
  const run = imageCollection({ collect }, { event: (_object, type, reason, message) => void told.push(`${type} ${reason} ${message}`) }, 'n1');
  for (const fails of [true, true, false, true, true]) await (fails ? expect(run()).rejects.toThrow() : run());
  expect(told).toEqual(['Warning ImageGCFailed second', 'Warning ImageGCFailed fourth']);
});
