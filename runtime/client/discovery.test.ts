import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { undiscoveredText } from './discovered.ts';
import { createDiscovery } from './discovery.ts';

let stop = () => {};
afterEach(() => stop());

/** Serves these documents by their paths; what is not there is answered with 503. */
async function discoveryOf(documents: Readonly<Record<string, object>>) {
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ''];
    response.statusCode = document ? 200 : 503;
    response.end(JSON.stringify(document ?? { kind: 'Status', status: 'Failure', message: 'away', reason: 'ServiceUnavailable', code: 503 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => void server.close();
  return createDiscovery({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })();
}

const verbs = ['get', 'list'];
const resources = [
  { name: 'jobs', kind: 'Job', namespaced: true, verbs },
  { name: 'jobs/status', kind: 'Job', namespaced: true, verbs },
];
const job = (version: string) => ({ group: 'batch', version, kind: 'Job', plural: 'jobs', namespaced: true, verbs });

describe('the discovery of what a server serves', () => {
  it('takes each resource once, in the preferred version, and names versions that are stale', async () => {
    const served = { resource: 'jobs', responseKind: { kind: 'Job' }, scope: 'Namespaced', verbs };
    const versions = [
      { version: 'v1', resources: [served] },
      { version: 'v1beta1', resources: [served] },
    ];
    const items = [
      { metadata: { name: 'batch' }, versions },
      { metadata: { name: 'fish.io' }, versions: [{ version: 'v1', freshness: 'Stale' }] },
    ];
    const { kinds, undiscovered } = await discoveryOf({
      '/api': { kind: 'APIGroupDiscoveryList', items: [] },
      '/apis': { kind: 'APIGroupDiscoveryList', items },
    });
    expect(kinds).toEqual([job('v1')]);
    expect(undiscoveredText(undiscovered)).toContain('fish.io/v1: stale GroupVersion discovery: fish.io/v1');
  });

  it('asks old servers version by version, and goes on where one does not answer', async () => {
    const versions = [{ version: 'v1beta1' }, { version: 'v1' }];
    const groups = [
      { name: 'batch', versions, preferredVersion: { version: 'v1' } },
      { name: 'fish.io', versions: [{ version: 'v1' }] },
    ];
    const { kinds, undiscovered } = await discoveryOf({
      '/api': { kind: 'APIVersions', versions: [] },
      '/apis': { kind: 'APIGroupList', groups },
      '/apis/batch/v1': { kind: 'APIResourceList', resources },
      '/apis/batch/v1beta1': { kind: 'APIResourceList', resources },
    });
    expect(kinds).toEqual([job('v1')]);
    expect(undiscovered).toEqual([{ group: 'fish.io', version: 'v1', error: 'away' }]);
  });
});
