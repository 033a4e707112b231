import { describe, expect, it } from '@jest/globals';
import { undiscoveredText } from '../../runtime/client/discovered.ts';
import { remoteKinds } from './remote-kinds.ts';
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

describe('the kinds that other servers serve', () => {
  it('are those of their discovery, each in the preferred version, with scope and verbs', () => {
    const v1 = [resource('fish'), resource('ponds', { scope: 'Cluster', verbs: ['get', 'list'] })];
    const { kinds, undiscovered } = remoteKinds([version('v1', 10, v1), version('v2', 20, [resource('fish')])]);
    const verbs = ['delete', 'get', 'list'];
    expect(kinds).toEqual([
      { group: 'example.com', version: 'v2', kind: 'fish', plural: 'fish', namespaced: true, verbs },
      { group: 'example.com', version: 'v1', kind: 'ponds', plural: 'ponds', namespaced: false, verbs: ['get', 'list'] },
    ]);
    expect(undiscoveredText(undiscovered)).toBeUndefined();
  });

  it('are not known while a server does not say what it serves', () => {
    expect(undiscoveredText(remoteKinds([version('v1', 10, [], 'Stale')]).undiscovered)).toBe(
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: example.com/v1: stale GroupVersion discovery: example.com/v1',
    );
  });
});
