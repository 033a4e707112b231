import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';

const PODS = '/api/v1/namespaces/default/pods';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const labels = { app: 'a' };
const READY = [{ type: 'Ready', status: 'True' }];

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
});
afterEach(() => server.stop());

async function patchStatus(path: string, status: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect((await server.ask('PATCH', `${path}/status`, { headers, body: { status } })).status).toBe(200);
}

async function runningPod(name: string, conditions: readonly object[] = READY): Promise<void> {
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] };
  await server.ask('POST', PODS, { body: { metadata: { name, labels }, spec } });
  await patchStatus(`${PODS}/${name}`, { phase: 'Running', conditions });
}

async function budget(name: string, status: object, spec: object = {}): Promise<void> {
  await server.ask('POST', BUDGETS, { body: { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: labels }, ...spec } } });
  await patchStatus(`${BUDGETS}/${name}`, { observedGeneration: 1, ...status });
}

const evict = (name: string, body: object = {}) => server.ask('POST', `${PODS}/${name}/eviction`, { body });
const isEnding = async (name: string) => (await server.ask('GET', `${PODS}/${name}`)).json.metadata.deletionTimestamp !== undefined;

describe('an eviction under a disruption budget', () => {
  it('takes one disruption from the budget and names the pod in it', async () => {
    await runningPod('p');
    await budget('b', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    expect((await evict('p')).status).toBe(201);
    expect(await isEnding('p')).toBe(true);
    const { status } = (await server.ask('GET', `${BUDGETS}/b`)).json;
    expect(status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { p: expect.any(String) } });
    expect(status.conditions).toEqual([
      expect.objectContaining({ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', observedGeneration: 1 }),
    ]);
  });

  it('is refused with 429 while none is allowed, and the pod stays', async () => {
    await runningPod('p');
    await budget('b', { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 });
    expect((await evict('p')).json).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }] },
    });
    expect(await isEnding('p')).toBe(false);
  });

  it('waits for a budget that has not been processed', async () => {
    await runningPod('p');
    await budget('b', { observedGeneration: 0, disruptionsAllowed: 1 });
    expect((await evict('p')).json.details).toEqual({
      retryAfterSeconds: 10,
      causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b is still being processed by the server.' }],
    });
  });

  it('tells why a budget failed', async () => {
    await runningPod('p');
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const failed = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'no scale', lastTransitionTime };
    await budget('b', { disruptionsAllowed: 0, conditions: [failed] });
    expect((await evict('p')).json.details.causes[0].message).toBe(
      'The disruption budget b does not allow evicting pods currently because it failed sync: no scale',
    );
  });

  it('takes nothing on a dry run', async () => {
    await runningPod('p');
    await budget('b', { disruptionsAllowed: 1 });
    expect((await evict('p', { deleteOptions: { dryRun: ['All'] } })).status).toBe(201);
    expect(await isEnding('p')).toBe(false);
    expect((await server.ask('GET', `${BUDGETS}/b`)).json.status.disruptionsAllowed).toBe(1);
  });

  it('is refused if the pod has several budgets', async () => {
    await runningPod('p');
    await budget('a', { disruptionsAllowed: 1 });
    await budget('b', { disruptionsAllowed: 1 });
    expect((await evict('p')).json).toMatchObject({
      code: 500,
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });

  it.each([
    ['of a healthy application', { currentHealthy: 1, desiredHealthy: 1 }, {}, 201],
    ['of an application that lacks pods', { currentHealthy: 0, desiredHealthy: 1 }, {}, 429],
    ['that may always go', { currentHealthy: 0, desiredHealthy: 1 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }, 201],
  ])('of a pod that is not ready, %s', async (_sentence, status, spec, code) => {
    await runningPod('p', []);
    await budget('b', { disruptionsAllowed: 0, ...status }, spec);
    expect((await evict('p')).status).toBe(code);
    expect((await server.ask('GET', `${BUDGETS}/b`)).json.status.disruptedPods).toBeUndefined();
  });

  it('does not ask the budget about pods that do not run', async () => {
    await runningPod('p');
    await patchStatus(`${PODS}/p`, { phase: 'Succeeded' });
    await budget('b', { disruptionsAllowed: 0 });
    expect((await evict('p')).status).toBe(201);
  });

  it('holds to the version of the pod that it names', async () => {
    await runningPod('p');
    const { resourceVersion } = (await server.ask('GET', `${PODS}/p`)).json.metadata;
    expect((await evict('p', { deleteOptions: { preconditions: { resourceVersion: '1' } } })).status).toBe(409);
    expect((await evict('p', { deleteOptions: { preconditions: { resourceVersion } } })).status).toBe(201);
  });
});
