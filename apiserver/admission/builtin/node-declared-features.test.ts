import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

const PODS = '/api/v1/namespaces/default/pods';
const FEATURE = 'InPlacePodVerticalScalingInitContainers';
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  for (const [name, declaredFeatures] of [
    ['declares', [FEATURE, 'SomeOtherFeature']],
    ['declares-other', ['SomeOtherFeature']],
    ['declares-none', undefined],
  ] as const) {
    await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name }, status: { declaredFeatures, allocatable: { cpu: '8' } } } });
  }
});
afterAll(() => server.stop());

/** Creates a pod with an init container, bound to a node if one is named. */
async function aPod(name: string, nodeName?: string): Promise<void> {
  const container = (of: string) => ({ name: of, image: 'i', resources: { requests: { cpu: '1' } } });
  const spec = { nodeName, initContainers: [container('init')], containers: [container('main')] };
  expect((await server.ask('POST', PODS, { body: { metadata: { name }, spec } })).status).toBe(201);
}
const resize = (name: string, list = 'initContainers', container = 'init') => {
  const body = { spec: { [list]: [{ name: container, resources: { requests: { cpu: '2' } } }] } };
  return server.ask('PATCH', `${PODS}/${name}/resize`, { body, headers: { 'content-type': 'application/strategic-merge-patch+json' } });
};
const cpuOf = ({ json }: Awaited<ReturnType<typeof resize>>) => json.spec?.initContainers[0].resources.requests.cpu;

describe('a resize of an init container', () => {
  it.each([
    ['declares-other', 'pod update requires features InPlacePodVerticalScalingInitContainers which are not available on node "declares-other"'],
    ['declares-none', 'pod update requires features InPlacePodVerticalScalingInitContainers which are not available on node "declares-none"'],
    ['missing', 'node "missing" not found'],
  ])('is refused on a node that %s', async (node, why) => {
    await aPod(`on-${node}`, node);
    const { status, json } = await resize(`on-${node}`);
    expect([status, json.reason, json.message]).toEqual([403, 'Forbidden', `pods "on-${node}" is forbidden: ${why}`]);
    expect(cpuOf(await server.ask('GET', `${PODS}/on-${node}`))).toBe('1');
  });

  it.each([
    ['on a node that declares the feature', 'declares'],
    ['of a pod that has no node yet', undefined],
  ])('is admitted %s', async (_sentence, node) => {
    const name = `admitted-${node ?? 'unbound'}`;
    await aPod(name, node);
    const answer = await resize(name);
    expect([answer.status, cpuOf(answer)]).toEqual([200, '2']);
  });
});

it('all features that a change lacks are named', async () => {
  await aPod('both', 'declares-none');
  const requests = { cpu: '2' };
  const body = { spec: { resources: { requests }, initContainers: [{ name: 'init', resources: { requests } }] } };
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const { json } = await server.ask('PATCH', `${PODS}/both/resize`, { body, headers });
  const features = 'InPlacePodLevelResourcesVerticalScaling, InPlacePodVerticalScalingInitContainers';
  expect(json.message).toBe(`pods "both" is forbidden: pod update requires features ${features} which are not available on node "declares-none"`);
});

it('a change that needs no feature is admitted on any node, also through the pod itself', async () => {
  await aPod('labelled', 'declares-none');
  const patches = [{ metadata: { labels: { a: 'b' } } }, { spec: { activeDeadlineSeconds: 5 } }];
  for (const body of patches) expect((await server.ask('PATCH', `${PODS}/labelled`, { body, ...MERGE })).status).toBe(200);
  expect((await resize('labelled', 'containers', 'main')).status).toBe(200);
});
