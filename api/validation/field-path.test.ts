import { describe, expect, it } from '@jest/globals';
import { childPath, entryText, indexPath, itemText, keyPath, pathText, rootPath } from './field-path.ts';

describe('the text of a field path', () => {
  const containers = indexPath(childPath(rootPath('spec'), 'containers'), 0);

  it('joins names by dots and puts indexes and keys in brackets', () => {
    expect(pathText(containers)).toBe('spec.containers[0]');
    expect(pathText(keyPath(childPath(childPath(containers, 'resources'), 'limits'), 'example.com/gpu'))).toBe(
      'spec.containers[0].resources.limits[example.com/gpu]',
    );
  });

  it('appends the names of fields right below', () => {
    expect(pathText(containers, 'lifecycle', 'preStop')).toBe('spec.containers[0].lifecycle.preStop');
    expect(itemText(containers, 'ports', 2)).toBe('spec.containers[0].ports[2]');
    expect(entryText(rootPath('metadata'), 'annotations', 'a')).toBe('metadata.annotations[a]');
  });

  it('gives an index on an index without a dot', () => {
    expect(pathText(childPath(indexPath(indexPath(rootPath('a'), 1), 2), 'b'))).toBe('a[1][2].b');
  });
});
