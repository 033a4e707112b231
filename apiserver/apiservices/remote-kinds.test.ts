import { describe, expect, it } from '@jest/globals';
import { remoteContent } from './remote-kinds.ts';
import type { DiscoveredResource, RemoteVersion } from './remote-version.ts';

const resource = (name: string, changed: Partial<DiscoveredResource> = {}): DiscoveredResource => ({
  resource: name,
  responseKind: { group: 'g', version: 'v', kind: name },
  scope: 'Namespaced',
  verbs: ['delete', 'get', 'list'],
  ...changed,
});
const version = (name: string, versionPriority: number, resources: DiscoveredResource[], freshness: RemoteVersion['freshness'] = 'Current') => ({
  group: 'example.com',
  version: name,
  groupPriority: 1000,
  versionPriority,
  resources,
  freshness,
});

describe('the content of namespaces that other servers hold', () => {
  it('is what can be listed and deleted there, each in the preferred version', () => {
    const fish = [resource('fish'), resource('ponds', { scope: 'Cluster' }), resource('nodes', { verbs: ['get', 'list'] })];
    const { kinds, discoveryError } = remoteContent([version('v1', 10, fish), version('v2', 20, [resource('fish')])]);
    expect(kinds).toEqual([{ group: 'example.com', version: 'v2', kind: 'fish', plural: 'fish', namespaced: true }]);
    expect(discoveryError).toBeUndefined();
  });

  it('is not known while a server does not say what it serves', () => {
    expect(remoteContent([version('v1', 10, [], 'Stale')]).discoveryError).toBe(
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: example.com/v1: stale GroupVersion discovery: example.com/v1',
    );
  });
});
