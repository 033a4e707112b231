import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../store/memory.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.dev/v1/namespaces/default/widgets';

function definition(names: object = {}, version: object = {}) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.dev' },
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], ...names },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.replicas' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['color'],
                  properties: { color: { type: 'string', enum: ['red', 'blue'] }, replicas: { type: 'integer', default: 1, minimum: 0 } },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
          ...version,
        },
      ],
    },
  };
}

async function define(body: object = definition()) {
  expect((await server.ask('POST', CRDS, { body })).status).toBe(201);
  return eventually(async () => {
    const { json } = await server.ask('GET', `${CRDS}/widgets.example.dev`);
    return json.status?.conditions?.some((one: { type: string; status: string }) => one.type === 'Established' && one.status === 'True') && json;
  });
}
const served = () => eventually(async () => (await server.ask('GET', WIDGETS)).status === 200);
const create = (name: string, spec: object) =>
  server.ask('POST', WIDGETS, { body: { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name }, spec } });

describe('a custom resource definition', () => {
  it('does not let a PUT create its objects, whatever their plural', async () => {
    const body = definition({ plural: 'services', singular: 'service', shortNames: [] });
    await server.ask('POST', CRDS, { body: { ...body, metadata: { name: 'services.example.dev' } } });
    const path = '/apis/example.dev/v1/namespaces/default/services';
    await eventually(async () => (await server.ask('GET', path)).status === 200);
    const object = { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { color: 'red' } };
    const { status, json } = await server.ask('PUT', `${path}/a`, { body: object });
    expect([status, json.message]).toEqual([404, 'services.example.dev "a" not found']);
    expect((await server.ask('GET', `${path}/a`)).status).toBe(404);
  });

  it('says that its names are accepted, and is in discovery then', async () => {
    const { status } = await define();
    expect(status.acceptedNames).toEqual({ plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] });
    expect(status.storedVersions).toEqual(['v1']);
    expect(status.conditions.map((one: { type: string; reason: string }) => [one.type, one.reason])).toEqual([
      ['NamesAccepted', 'NoConflicts'],
      ['Established', 'InitialNamesAccepted'],
    ]);
    await served();
    const { json } = await server.ask('GET', '/apis/example.dev/v1');
    expect(json.resources.map((one: { name: string }) => one.name).sort()).toEqual(['widgets', 'widgets/scale', 'widgets/status']);
    const groups = (await server.ask('GET', '/apis')).json.groups.map((one: { name: string }) => one.name);
    expect(groups.at(-1)).toBe('example.dev');
  });

  it('serves objects: checked, defaulted, pruned', async () => {
    await define();
    await served();
    const { json, status } = await create('w', { color: 'red', stray: true });
    expect([status, json.spec]).toEqual([201, { color: 'red', replicas: 1 }]);
    const wrong = await create('x', { color: 'green', replicas: -1 });
    expect(wrong.status).toBe(422);
    expect(wrong.json.details.causes.map((cause: { field: string }) => cause.field).sort()).toEqual([
      '.spec.replicas',
      'spec.color',
      'spec.replicas',
    ]);
  });

  it('serves status and scale apart from the object', async () => {
    await define();
    await served();
    await create('w', { color: 'red' });
    const merge = (path: string, body: object) =>
      server.ask('PATCH', `${WIDGETS}/w${path}`, { headers: { 'content-type': 'application/merge-patch+json' }, body });
    expect((await merge('/status', { status: { replicas: 3 }, spec: { replicas: 9 } })).json).toMatchObject({
      spec: { replicas: 1 },
      status: { replicas: 3 },
    });
    expect((await server.ask('GET', `${WIDGETS}/w/scale`)).json).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 3 } });
    const bad = await server.ask('PUT', `${WIDGETS}/w/scale`, { body: { kind: 'Other', apiVersion: 'autoscaling/v1', metadata: { name: 'w' } } });
    expect([bad.status, bad.json.message]).toEqual([400, expect.stringContaining('no kind is registered for the type v1.Scale in scheme')]);
    await merge('/scale', { spec: { replicas: 5 } });
    expect((await server.ask('GET', `${WIDGETS}/w`)).json.spec.replicas).toBe(5);
  });

  it('gives tables its columns', async () => {
    await define();
    await served();
    await create('w', { color: 'red', replicas: 4 });
    const { json } = await server.ask('GET', WIDGETS, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect(json.columnDefinitions.map((one: { name: string }) => one.name)).toEqual(['Name', 'Size']);
    expect(json.rows[0].cells).toEqual(['w', 4]);
  });

  it('follows a change of its schema', async () => {
    await define();
    await served();
    const current = (await server.ask('GET', `${CRDS}/widgets.example.dev`)).json;
    current.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.color.enum.push('green');
    const put = await server.ask('PUT', `${CRDS}/widgets.example.dev`, { body: current });
    expect([put.status, put.json.message]).toEqual([200, undefined]);
    await eventually(async () => (await create(`w${Math.random()}`.replace('.', ''), { color: 'green' })).status === 201);
  });

  it('serves an older version of the same objects', async () => {
    const body = definition();
    const [first] = body.spec.versions;
    body.spec.versions.unshift({ ...first!, name: 'v1beta1', storage: false });
    await define(body);
    await served();
    await create('w', { color: 'blue' });
    const old = await server.ask('GET', '/apis/example.dev/v1beta1/namespaces/default/widgets/w');
    expect(old.json).toMatchObject({ apiVersion: 'example.dev/v1beta1', spec: { color: 'blue' } });
  });

  it('whose names another has is not served', async () => {
    await define();
    const rival = { ...definition({ plural: 'gadgets', kind: 'Gadget' }), metadata: { name: 'gadgets.example.dev' } };
    expect((await server.ask('POST', CRDS, { body: rival })).status).toBe(201);
    const status = await eventually(
      async () =>
        (await server.ask('GET', `${CRDS}/gadgets.example.dev`)).json.status?.conditions &&
        (await server.ask('GET', `${CRDS}/gadgets.example.dev`)).json.status,
    );
    expect(status.conditions[0]).toMatchObject({
      type: 'NamesAccepted',
      status: 'False',
      reason: 'ShortNamesConflict',
      message: '"wd" is already in use',
    });
    expect((await server.ask('GET', '/apis/example.dev/v1/gadgets')).status).toBe(404);
  });

  it('takes its objects with it, once their finalizers let them go', async () => {
    await define();
    await served();
    await server.ask('POST', WIDGETS, {
      body: { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'held', finalizers: ['example.dev/hold'] }, spec: { color: 'red' } },
    });
    await create('free', { color: 'red' });
    await server.ask('DELETE', `${CRDS}/widgets.example.dev`);
    await eventually(async () => (await server.ask('GET', `${WIDGETS}/free`)).status === 404);
    expect((await server.ask('GET', `${CRDS}/widgets.example.dev`)).status).toBe(200);
    await server.ask('PATCH', `${WIDGETS}/held`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
    });
    await eventually(async () => (await server.ask('GET', `${CRDS}/widgets.example.dev`)).status === 404);
    await eventually(async () => (await server.ask('GET', WIDGETS)).status === 404);
    expect((await server.ask('GET', '/apis/example.dev')).status).toBe(404);
  });

  it('goes with all definitions that a deletion of the collection chooses', async () => {
    await define();
    await served();
    await create('one', { color: 'red' });
    expect((await server.ask('DELETE', `${CRDS}?fieldSelector=metadata.name%3Dwidgets.example.dev`)).status).toBe(200);
    await eventually(async () => (await server.ask('GET', `${CRDS}/widgets.example.dev`)).status === 404);
    await eventually(async () => (await server.ask('GET', WIDGETS)).status === 404);
  });
});

it('what was defined is served again from the first request after a restart', async () => {
  const store = createMemoryStore();
  const first = await startTestServer({ store });
  await first.ask('POST', CRDS, { body: definition() });
  await eventually(
    async () =>
      (await first.ask('POST', WIDGETS, { body: { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { color: 'red' } } }))
        .status === 201,
  );
  await first.stop();
  const second = await startTestServer({ store });
  expect((await second.ask('GET', `${WIDGETS}/w`)).json.spec).toEqual({ color: 'red', replicas: 1 });
  await second.stop();
  await store.close();
});

describe('objects of an older definition', () => {
  const ratchet = '/apis/example.dev/v1/namespaces/default/widgets/w';
  const merge = (path: string, body: object) => server.ask('PATCH', path, { headers: { 'content-type': 'application/merge-patch+json' }, body });
  async function change(edit: (spec: { properties: Record<string, object> }) => void): Promise<void> {
    const current = (await server.ask('GET', `${CRDS}/widgets.example.dev`)).json;
    edit(current.spec.versions[0].schema.openAPIV3Schema.properties.spec);
    const put = await server.ask('PUT', `${CRDS}/widgets.example.dev`, { body: current });
    expect([put.status, put.json.message]).toEqual([200, undefined]);
  }

  it('are read by the new one: with its defaults, without what it does not name', async () => {
    await define();
    await served();
    await create('w', { color: 'red', replicas: 4 });
    await change((spec) => {
      delete spec.properties.replicas;
      spec.properties.mode = { type: 'string', default: 'fast' };
    });
    await eventually(async () => (await server.ask('GET', ratchet)).json.spec.mode === 'fast');
    expect((await server.ask('GET', ratchet)).json.spec).toEqual({ color: 'red', mode: 'fast' });
    const [listed] = (await server.ask('GET', WIDGETS)).json.items;
    // Other than those of built-in kinds, the items have their type.
    expect(listed).toMatchObject({ apiVersion: 'example.dev/v1', kind: 'Widget', spec: { color: 'red', mode: 'fast' } });
  });

  it('may keep what it forbids, and may not make it worse', async () => {
    await define();
    await served();
    await create('w', { color: 'red', replicas: 4 });
    await change((spec) => Object.assign(spec.properties.replicas!, { maximum: 3 }));
    // Dry runs: an object that had once been given a 9 might keep it.
    await eventually(async () => (await merge(`${ratchet}?dryRun=All`, { spec: { replicas: 9 } })).status === 422);
    const other = await merge(ratchet, { metadata: { labels: { a: 'b' } }, spec: { color: 'blue' } });
    expect([other.status, other.json.spec]).toEqual([200, { color: 'blue', replicas: 4 }]);
    const worse = await merge(ratchet, { spec: { replicas: 5 } });
    expect(worse.json.message).toBe(
      'Widget.example.dev "w" is invalid: spec.replicas: Invalid value: 5: spec.replicas in body should be less than or equal to 3',
    );
  });

  it('must be named with the version that an update is based on', async () => {
    await define();
    await served();
    await create('w', { color: 'red' });
    const body = { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { color: 'blue' } };
    const { status, json } = await server.ask('PUT', ratchet, { body });
    expect([status, json.details.causes[0].field]).toEqual([422, 'metadata.resourceVersion']);
  });

  it('lose nulls that are no values, and keep integers of 64 bits', async () => {
    await define();
    await served();
    expect((await create('w', { color: 'red', replicas: null })).json.spec).toEqual({ color: 'red', replicas: 1 });
    const refused = await create('big', { color: 'red', replicas: 9007199254740993n });
    expect([refused.status, refused.json.details.causes.length > 0]).toEqual([422, true]);
    expect(refused.json.message).toContain('9007199254740993');
  });

  it('are not made while it is being deleted', async () => {
    await define();
    await served();
    await server.ask('POST', WIDGETS, {
      body: { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'held', finalizers: ['example.dev/hold'] }, spec: { color: 'red' } },
    });
    await server.ask('DELETE', `${CRDS}/widgets.example.dev`);
    const refused = await eventually(async () => {
      const answer = await create(`w${Math.random()}`.replace('.', ''), { color: 'red' });
      return answer.status === 403 && answer;
    });
    expect(refused.json.message).toContain('is forbidden: create not allowed while custom resource definition is terminating');
    await merge(`${WIDGETS}/held`, { metadata: { finalizers: null } });
    await eventually(async () => (await server.ask('GET', `${CRDS}/widgets.example.dev`)).status === 404);
  });

  it('are served once a rival lets their names go', async () => {
    await define();
    const rival = { ...definition({ plural: 'gadgets', kind: 'Gadget' }), metadata: { name: 'gadgets.example.dev' } };
    await server.ask('POST', CRDS, { body: rival });
    await eventually(async () => (await server.ask('GET', `${CRDS}/gadgets.example.dev`)).json.status?.conditions?.[0]?.status === 'False');
    await server.ask('DELETE', `${CRDS}/widgets.example.dev`);
    await eventually(async () => (await server.ask('GET', '/apis/example.dev/v1/gadgets')).status === 200);
  });
});
