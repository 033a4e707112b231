import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Informer } from './informer.ts';
import { createObjectCache } from './object-cache.ts';
import { indexBySelector } from './selector-index.ts';

const selectors: Record<string, LabelSelector | undefined> = {
  one: { matchLabels: { app: 'web' } },
  both: { matchLabels: { app: 'web', tier: 'front' } },
  other: { matchLabels: { app: 'db' } },
  expression: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] },
  all: {},
  none: undefined,
  unreadable: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['web'] }] },
};
const live = (name: string, namespace: string): Live<Service> => ({
  metadata: { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});

function selectedBy(namespace: string, labels: Record<string, string> | undefined, places = ['default', 'other']): string[] {
  const cache = createObjectCache<Service>();
  const informer: Informer<Service> = { ...cache, kind: services, ready: Promise.resolve(), list: cache.all, on: () => () => {} };
  const find = indexBySelector(informer, (service) => selectors[service.metadata.name]);
  for (const name of Object.keys(selectors)) for (const place of places) cache.put(live(name, place));
  return find(namespace, labels)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort();
}

describe('an object is found by', () => {
  it.each<[string, Record<string, string> | undefined, string[]]>([
    ['each selector that its labels meet, in its namespace', { app: 'web', tier: 'front' }, ['all', 'both', 'expression', 'one']],
    ['no selector that asks for more', { app: 'web' }, ['all', 'one']],
    ['selectors of expressions too', { tier: 'back' }, ['all', 'expression']],
    ['the empty selector alone, where it has no labels', undefined, ['all']],
  ])('%s', (_, labels, names) => {
    expect(selectedBy('default', labels)).toEqual(names.map((name) => `default/${name}`));
  });

  it('no selector of another namespace, where its own has none', () => {
    expect(selectedBy('default', { app: 'web' }, ['other'])).toEqual([]);
  });
});
