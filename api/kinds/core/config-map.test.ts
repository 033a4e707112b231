import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { configMapStrategy } from './config-map.ts';

describe('a ConfigMap', () => {
  it.each([
    ['has keys that are file names', { data: { 'a b': '' } }, 'data[a b]: Invalid value: "a b"'],
    [
      'has each key in one of its parts',
      { data: { a: '' }, binaryData: { a: '' } },
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    ['holds a MiB at most', { data: { a: 'x'.repeat(1024 * 1024 + 1) } }, ': Too long: may not be more than 1048576 bytes'],
  ])('%s', (_sentence, map, expected) => {
    expect(createErrors(configMapStrategy, map)).toEqual([expect.stringContaining(expected)]);
  });

  it('stays as it is once it is immutable', () => {
    const sealed = stored(configMapStrategy, { data: { a: 'b' }, immutable: true });
    expect(
      updateErrors(configMapStrategy, sealed, (map) => {
        map.data = {};
      }),
    ).toEqual(['data: Forbidden: field is immutable when `immutable` is set']);
    expect(
      updateErrors(configMapStrategy, sealed, (map) => {
        map.immutable = false;
      }),
    ).toEqual(['immutable: Forbidden: field is immutable when `immutable` is set']);
    expect(
      updateErrors(configMapStrategy, sealed, (map) => {
        map.metadata = { ...map.metadata, labels: { a: 'b' } };
      }),
    ).toEqual([]);
  });
});
