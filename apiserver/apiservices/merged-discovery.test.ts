import { describe, expect, it } from '@jest/globals';
import { mergeAggregated, mergeGroup, mergeGroupList } from './merged-discovery.ts';
import type { RemoteVersion } from './remote-version.ts';

const group = (name: string, ...versions: string[]) => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}`, version })),
});
const remote = (name: string, version: string, groupPriority: number, versionPriority = 15): RemoteVersion => ({
  group: name,
  version,
  groupPriority,
  versionPriority,
  resources: [],
  freshness: 'Current',
});
const LOCAL = [
  group('apiregistration.k8s.io', 'v1'),
  group('apps', 'v1'),
  group('autoscaling', 'v2', 'v1'),
  group('b.example.com', 'v1'),
  group('c.example.com', 'v1beta1'),
];

describe('the groups with those of other servers', () => {
  it('stand by priority, and equal ones by the name of their first APIService', () => {
    const others = [remote('metrics.k8s.io', 'v1beta1', 17850), remote('z.example.com', 'v1', 1000), remote('low.example.com', 'v1', 10)];
    expect(mergeGroupList(LOCAL, others).map(({ name }) => name)).toEqual([
      'apiregistration.k8s.io',
      'metrics.k8s.io',
      'apps',
      'autoscaling',
      'b.example.com',
      'z.example.com',
      'c.example.com',
      'low.example.com',
    ]);
  });

  it('stand by priority and name in the aggregated document', () => {
    const local = LOCAL.map(({ name, versions }) => ({ metadata: { name }, versions }));
    const merged = mergeAggregated(local, [remote('z.example.com', 'v1', 1000), remote('a.example.com', 'v1beta1', 1000)]);
    expect(merged.map(({ metadata }) => metadata.name).slice(2)).toEqual([
      'autoscaling',
      'a.example.com',
      'b.example.com',
      'c.example.com',
      'z.example.com',
    ]);
    expect(merged.at(-1)).toEqual({
      metadata: { name: 'z.example.com', creationTimestamp: null },
      versions: [{ version: 'v1', resources: [], freshness: 'Current' }],
    });
  });

  it('have their versions by priority; the first is preferred', () => {
    const local = group('b.example.com', 'v1');
    expect(mergeGroup('b.example.com', local, [remote('b.example.com', 'v2', 10, 99), remote('b.example.com', 'v1beta1', 10, 200)])).toEqual({
      ...group('b.example.com', 'v1beta1', 'v1', 'v2'),
      preferredVersion: { groupVersion: 'b.example.com/v1beta1', version: 'v1beta1' },
    });
  });

  it('show a version once that another server has taken over', () => {
    const local = [{ metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: ['own'] }] }];
    expect(mergeAggregated(local, [remote('apps', 'v1', 17800)])[0]?.versions).toEqual([{ version: 'v1', resources: [], freshness: 'Current' }]);
  });
});
