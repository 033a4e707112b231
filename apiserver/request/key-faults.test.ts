import { describe, expect, it } from '@jest/globals';
import { finished } from '../../base/steps.ts';
import { keyFaults } from './key-faults.ts';

const faultsIn = (text: string, ...unknown: string[]) =>
  finished(keyFaults(text, new Set(unknown))).map(({ path, isDuplicate }) => `${path} ${isDuplicate ? 'twice' : 'unknown'}`);

describe('the faults of the keys in a text', () => {
  it('are in the order of the text, whichever they are', () => {
    const text = '{"b":1,"spec":{"list":[{"x":1},{"x":1,"y":2,"x":3}],"a":1},"a":1,"a":2}';
    expect(faultsIn(text, 'a', 'spec.list[1].y', 'b')).toEqual([
      'b unknown',
      'spec.list[1].y unknown',
      'spec.list[1].x twice',
      'a unknown',
      'a twice',
    ]);
  });

  it('name an unknown key once, and one that is written with escapes last', () => {
    expect(faultsIn('{"\\u0061":1,"b":1,"b":2}', 'a')).toEqual(['b twice', 'a unknown']);
  });

  it('are told up to a hundred', () => {
    const keys = Array.from({ length: 300 }, (_, i) => `"k${i}":1,"k${i}":2`);
    expect(faultsIn(`{${keys.join()}}`)).toHaveLength(100);
  });

  it('are found in deep objects of many keys, while one is looked for in vain, in time that grows with the text', () => {
    const depth = 900;
    const inside = Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join();
    const text = `${'{"d":'.repeat(depth)}{${inside}}${'}'.repeat(depth)}`;
    expect(faultsIn(text, 'nowhere')).toEqual(['nowhere unknown']);
  });
});
