import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';
import type { ReceivedReview, WebhookAnswer, WebhookServer } from '../webhook/webhook-server.fixture.ts';
import { startWebhookServer } from '../webhook/webhook-server.fixture.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAME = 'gadgets.stable.example.com';
const at = (version: string, name = '') => `/apis/stable.example.com/${version}/namespaces/default/gadgets${name === '' ? '' : `/${name}`}`;
const text = { type: 'string' };
const schemaOf = (properties: object) => ({ openAPIV3Schema: { type: 'object', properties: { ...properties, spec: { type: 'object' } } } });

let api: TestServer;
let hook: WebhookServer;

/** Converts as upstream's test image does: v1 has hostPort, v2 host and port. */
function converted(object: ReceivedReview, desired: string): ReceivedReview {
  const { hostPort, host, port, ...rest } = object;
  if (desired.endsWith('/v2')) return { ...rest, apiVersion: desired, host: hostPort.split(':')[0], port: hostPort.split(':')[1], extra: 'pruned' };
  return { ...rest, apiVersion: desired, hostPort: `${host}:${port}` };
}

const answer = (review: ReceivedReview, response: object): WebhookAnswer => ({
  body: { apiVersion: review.apiVersion, kind: review.kind, response: { uid: review.request.uid, result: { status: 'Success' }, ...response } },
});
const convert = (review: ReceivedReview): WebhookAnswer =>
  answer(review, { convertedObjects: review.request.objects.map((object: ReceivedReview) => converted(object, review.request.desiredAPIVersion)) });

const definition = (storage: string, reviewVersions: readonly string[] = ['v1']) => ({
  metadata: { name: NAME },
  spec: {
    group: 'stable.example.com',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    scope: 'Namespaced',
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: `${hook.url}/convert`, caBundle: hook.caBundle }, conversionReviewVersions: reviewVersions },
    },
    versions: [
      { name: 'v1', served: true, storage: storage === 'v1', schema: schemaOf({ hostPort: text }) },
      { name: 'v2', served: true, storage: storage === 'v2', schema: schemaOf({ host: { ...text, maxLength: 20 }, port: text }) },
    ],
  },
});

const create = (version: string, name: string, fields: object) =>
  api.ask('POST', at(version), { body: { apiVersion: `stable.example.com/${version}`, kind: 'Gadget', metadata: { name }, ...fields } });

beforeEach(async () => {
  [api, hook] = await Promise.all([startTestServer(), startWebhookServer(convert)]);
  expect((await api.ask('POST', CRDS, { body: definition('v1') })).status).toBe(201);
  await eventually(async () => (await api.ask('GET', at('v2'))).status === 200);
});
afterEach(async () => {
  await api.stop();
  await hook.close();
});

/** Waits until the store version has moved to v2, where objects are written as of then. */
async function moveStorageToV2(): Promise<void> {
  const { json } = await api.ask('GET', `${CRDS}/${NAME}`);
  await api.ask('PUT', `${CRDS}/${NAME}`, { body: { ...json, spec: { ...json.spec, versions: definition('v2').spec.versions } } });
  let tries = 0;
  await eventually(async () => {
    await create('v2', `probe-${tries}`, { host: 'probe', port: '1' });
    const stored = await api.store.get(`/registry/stable.example.com/gadgets/default/probe-${tries++}`);
    return stored?.value.includes('"stable.example.com/v2"');
  });
}

describe('a custom resource whose versions a webhook converts', () => {
  it('is written in one version and read in the other, with its identity', async () => {
    const { json: made } = await create('v1', 'a', { hostPort: 'localhost:8080' });
    expect(made).toMatchObject({ apiVersion: 'stable.example.com/v1', hostPort: 'localhost:8080' });
    expect(hook.state.reviews).toEqual([]);
    const { json } = await api.ask('GET', at('v2', 'a'));
    expect(json).toEqual({
      apiVersion: 'stable.example.com/v2',
      kind: 'Gadget',
      metadata: { ...made.metadata, managedFields: expect.any(Array) },
      host: 'localhost',
      port: '8080',
    });
    expect(hook.state.reviews).toMatchObject([
      {
        kind: 'ConversionReview',
        apiVersion: 'apiextensions.k8s.io/v1',
        request: { uid: expect.any(String), desiredAPIVersion: 'stable.example.com/v2', objects: [{ hostPort: 'localhost:8080' }] },
      },
    ]);
    expect(hook.state.paths).toEqual(['/convert']);
  });

  it('is written by the version that is not stored: created, updated, patched, applied, deleted', async () => {
    expect((await create('v2', 'b', { host: 'one', port: '1' })).json).toMatchObject({ apiVersion: 'stable.example.com/v2', host: 'one' });
    expect((await api.store.get('/registry/stable.example.com/gadgets/default/b'))?.value).toContain('"hostPort":"one:1"');
    const { json } = await api.ask('GET', at('v2', 'b'));
    expect((await api.ask('PUT', at('v2', 'b'), { body: { ...json, port: '2' } })).json).toMatchObject({ host: 'one', port: '2' });
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await api.ask('PATCH', at('v2', 'b'), { body: { host: 'two' }, headers })).json).toMatchObject({ host: 'two', port: '2' });
    const applied = await api.ask('PATCH', `${at('v2', 'b')}?fieldManager=m&force=true`, {
      body: { apiVersion: 'stable.example.com/v2', kind: 'Gadget', metadata: { name: 'b' }, port: '3' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(applied.json).toMatchObject({ apiVersion: 'stable.example.com/v2', host: 'two', port: '3' });
    expect((await api.ask('GET', at('v1', 'b'))).json.hostPort).toBe('two:3');
    expect((await api.ask('DELETE', at('v2', 'b'))).status).toBe(200);
    expect((await api.ask('GET', at('v1', 'b'))).status).toBe(404);
  });

  it('is validated by the schema of the version it is written in', async () => {
    const long = await create('v2', 'c', { host: 'x'.repeat(21), port: '1' });
    expect([long.status, long.json.details.causes[0].field]).toEqual([422, 'host']);
    expect((await create('v1', 'c', { hostPort: `${'x'.repeat(21)}:1` })).status).toBe(201);
  });

  it('is listed with one call for all, and converted once', async () => {
    for (const name of ['a', 'b', 'c']) await create('v1', name, { hostPort: `${name}:1` });
    for (let i = 0; i < 2; i++) {
      const { json } = await api.ask('GET', at('v2'));
      expect(json.items.map((item: ReceivedReview) => [item.apiVersion, item.host])).toEqual([
        ['stable.example.com/v2', 'a'],
        ['stable.example.com/v2', 'b'],
        ['stable.example.com/v2', 'c'],
      ]);
    }
    expect(hook.state.reviews.map(({ request }) => request.objects.length)).toEqual([3]);
  });

  it('is read as before when another version is stored, and written anew in that by an update that changes nothing', async () => {
    await create('v1', 'old', { hostPort: 'old:1' });
    await moveStorageToV2();
    const list = async (version: string) =>
      (await api.ask('GET', at(version))).json.items.find((item: ReceivedReview) => item.metadata.name === 'old');
    expect(await list('v1')).toMatchObject({ apiVersion: 'stable.example.com/v1', hostPort: 'old:1' });
    expect(await list('v2')).toMatchObject({ apiVersion: 'stable.example.com/v2', host: 'old', port: '1' });
    const { json } = await api.ask('GET', at('v1', 'old'));
    expect((await api.ask('PUT', at('v1', 'old'), { body: json })).status).toBe(200);
    expect((await api.store.get('/registry/stable.example.com/gadgets/default/old'))?.value).toMatch(
      /"apiVersion":"stable.example.com\/v2".*"host":"old"/,
    );
    expect(await list('v1')).toMatchObject({ hostPort: 'old:1' });
  });

  it('is watched in the version that was asked for', async () => {
    const events: ReceivedReview[] = [];
    const gadgets = { group: 'stable.example.com', version: 'v2', kind: 'Gadget', plural: 'gadgets', namespaced: true };
    const end = new AbortController();
    const watching = api.client.watch(gadgets, { resourceVersion: '0' }, (event) => events.push(event), end.signal);
    await create('v1', 'a', { hostPort: 'a:1' });
    await eventually(() => events.length > 0);
    expect(events[0]).toMatchObject({ type: 'ADDED', object: { apiVersion: 'stable.example.com/v2', host: 'a' } });
    end.abort();
    await watching;
  });
});

describe('a conversion that fails', () => {
  const FAILED = 'conversion webhook for stable.example.com/v1, Kind=Gadget ';
  it.each<[string, (review: ReceivedReview) => WebhookAnswer, string | RegExp]>([
    ['a refusal', (review) => answer(review, { result: { status: 'Failed', message: 'cannot do' } }), 'failed: cannot do'],
    ['no success', (review) => answer(review, { result: {} }), "failed: response.result.status was '', not 'Success'"],
    ['too few objects', (review) => answer(review, { convertedObjects: [] }), 'returned 0 objects, expected 1'],
    ['another uid', (review) => answer(review, { uid: 'x' }), /^failed: expected response\.uid="[0-9a-f-]+", got "x"$/],
    [
      'another type',
      () => ({ body: { apiVersion: 'v1', kind: 'X', response: {} } }),
      'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got v1, Kind=X',
    ],
    [
      'another version',
      (review) => answer(review, { convertedObjects: review.request.objects }),
      'returned invalid object at index 0: invalid groupVersion (expected stable.example.com/v2, received stable.example.com/v1)',
    ],
    [
      'another name',
      (review) =>
        answer(review, {
          convertedObjects: [{ ...converted(review.request.objects[0], 'stable.example.com/v2'), metadata: { name: 'x', namespace: 'default' } }],
        }),
      'returned invalid object: must have the same name: a != x',
    ],
    ['a code', () => ({ code: 404, contentType: 'text/plain', body: '' }), 'failed: the server could not find the requested resource'],
  ])('is told in upstream’s words: %s', async (_what, handler, why) => {
    await create('v1', 'a', { hostPort: 'a:1' });
    hook.state.handler = handler;
    const { status, json } = await api.ask('GET', at('v2', 'a'));
    expect(status).toBe(500);
    expect(json.message.startsWith(FAILED)).toBe(true);
    expect(json.message.slice(FAILED.length)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
    // The stored version is none of the webhook's business, and the next call may succeed.
    expect((await api.ask('GET', at('v1', 'a'))).status).toBe(200);
    hook.state.handler = convert;
    expect((await api.ask('GET', at('v2', 'a'))).json.host).toBe('a');
  });

  it('keeps metadata but labels and annotations from the webhook', async () => {
    await create('v1', 'a', { hostPort: 'a:1' });
    hook.state.handler = (review) => {
      const [object] = review.request.objects;
      const metadata = { ...object.metadata, generation: 99, labels: { added: 'yes' }, finalizers: ['x/y'] };
      return answer(review, { convertedObjects: [{ ...converted(object, 'stable.example.com/v2'), metadata }] });
    };
    const { metadata } = (await api.ask('GET', at('v2', 'a'))).json;
    expect(metadata).toMatchObject({ labels: { added: 'yes' }, generation: 1 });
    expect(metadata).not.toHaveProperty('finalizers');
  });
});
