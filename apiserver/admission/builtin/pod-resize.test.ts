import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

const PODS = '/api/v1/namespaces/default/pods';
const LINUX = { 'kubernetes.io/os': 'linux' };
const WINDOWS = { 'kubernetes.io/os': 'windows' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  for (const [name, labels] of Object.entries({ small: LINUX, unlabelled: undefined, windows: WINDOWS })) {
    const status = { allocatable: { cpu: '2', memory: '1Gi' } };
    expect((await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name, labels }, status } })).status).toBe(201);
  }
});
afterAll(() => server.stop());

let made = 0;

/** Resizes a new pod of the node from 1 CPU and 256Mi, beside a second container of 500m. */
async function resized(nodeName: string | undefined, requests: { cpu?: string; memory?: string }) {
  const name = `p-${++made}`;
  const containers = [
    { name: 'main', image: 'i', resources: { requests: { cpu: '1', memory: '256Mi' } } },
    { name: 'side', image: 'i', resources: { requests: { cpu: '500m' } } },
  ];
  expect((await server.ask('POST', PODS, { body: { metadata: { name }, spec: { nodeName, containers } } })).status).toBe(201);
  const body = { spec: { containers: [{ name: 'main', resources: { requests } }] } };
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const { status, json } = await server.ask('PATCH', `${PODS}/${name}/resize`, { body, headers });
  return { status, message: json.message?.replace(`pods "${name}" is forbidden: `, ''), causes: json.details?.causes };
}

it.each([
  ['fits', 'small', { cpu: '1500m', memory: '1Gi' }],
  ['is on a node without a label of its system', 'unlabelled', { cpu: '1200m' }],
  ['has no node yet', undefined, { cpu: '64' }],
  ['changes nothing', 'windows', { cpu: '1' }],
])('a resize of a pod that %s is admitted', async (_sentence, node, requests) => expect((await resized(node, requests)).status).toBe(200));

it.each([
  ['small', { cpu: '1600m' }, 'NodeCapacity', "node didn't have enough allocatable resources: cpu, requested: 2100, allocatable: 2000"],
  [
    'small',
    { cpu: '2', memory: '2Gi' },
    'NodeCapacity',
    "node didn't have enough allocatable resources: cpu, requested: 2500, allocatable: 2000; memory, requested: 2147483648, allocatable: 1073741824",
  ],
  ['windows', { cpu: '1100m' }, 'UnsupportedPlatform', 'pod resize is only supported on linux nodes, node "windows" is "windows"'],
])('a resize on %s to %j is refused: %s', async (node, requests, reason, message) =>
  expect(await resized(node, requests)).toEqual({ status: 403, message, causes: [{ reason }] }),
);

it('a resize on a node that is gone is refused', async () =>
  expect(await resized('gone', { cpu: '2' })).toEqual({ status: 403, message: 'node "gone" not found', causes: undefined }));
