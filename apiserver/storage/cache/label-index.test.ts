import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Live } from '../../../api/meta/object.ts';
import { StoredItem } from './cache-item.ts';
import { ItemIndex } from './item-index.ts';

const index = () => new ItemIndex(configMaps);
let looks = 0;

/** An item that notices when somebody looks at its labels. */
function item(key: string, labels?: Record<string, string>): StoredItem {
  const [namespace = '', name = ''] = key.split('/');
  const metadata = {
    name,
    namespace,
    get labels() {
      looks++;
      return labels;
    },
  };
  return new StoredItem(key, { kind: 'ConfigMap', apiVersion: 'v1', metadata } as unknown as Live, 1);
}
const keys = (items: readonly StoredItem[] | undefined) => items?.map(({ key }) => key);
const app = (value: string) => [{ key: 'app', value }];

describe('items by label', () => {
  it('come in key order, of one namespace or of all', () => {
    const items = index();
    for (const key of ['b/2', 'a/2', 'b/1']) items.put(item(key, { app: 'web' }));
    items.put(item('a/1', { app: 'db' }));
    for (const key of ['b/3', 'b/4']) items.put(item(key));
    expect(keys(items.byLabels('', app('web')))).toEqual(['a/2', 'b/1', 'b/2']);
    expect(keys(items.byLabels('b', app('web')))).toEqual(['b/1', 'b/2']);
    expect(keys(items.byLabels('', app('none')))).toEqual([]);
  });

  it('follow labels that are changed, lost and gained, and objects that go, once a key has been asked for', () => {
    const items = index();
    items.put(item('n/a', { app: 'web' }));
    items.put(item('n/other'));
    items.byLabels('', app('web'));
    items.put(item('n/b', { app: 'web' }));
    expect(keys(items.byLabels('', app('web')))).toEqual(['n/a', 'n/b']);
    items.put(item('n/a', { app: 'db' }));
    expect(keys(items.byLabels('', app('web')))).toEqual(['n/b']);
    expect(keys(items.byLabels('', app('db')))).toEqual(['n/a']);
    items.put(item('n/a'));
    items.put(item('n/other', { app: 'db' }));
    expect(keys(items.byLabels('', app('db')))).toEqual(['n/other']);
    items.delete(item('n/b', { app: 'web' }));
    expect(keys(items.byLabels('', app('web')))).toEqual([]);
  });

  it('are those of the label that fewest have; where all have it, all are as good', () => {
    const items = index();
    for (let i = 0; i < 10; i++) items.put(item(`n/${i}`, { app: `a${i}`, tier: 'bench' }));
    expect(keys(items.byLabels('n', [...app('a3'), { key: 'tier', value: 'bench' }]))).toEqual(['n/3']);
    expect(items.byLabels('n', [{ key: 'tier', value: 'bench' }])).toBeUndefined();
  });

  it('are found without a look at the others, however many there are', () => {
    const items = index();
    for (let i = 0; i < 1000; i++) items.put(item(`n/${i}`, { app: `a${i % 100}` }));
    items.byLabels('n', app('a7'));
    looks = 0;
    expect(items.byLabels('n', app('a8'))).toHaveLength(10);
    expect(looks).toBe(0);
  });

  it('are right for every key, though few keys are indexed at a time', () => {
    const items = index();
    const names = Array.from({ length: 30 }, (_, i) => `key${i}`);
    for (let i = 0; i < 3; i++) items.put(item(`n/${i}`, Object.fromEntries(names.map((name) => [name, String(i)]))));
    for (const key of [...names, ...names]) expect(keys(items.byLabels('n', [{ key, value: '1' }]))).toEqual(['n/1']);
  });
});
