import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

let api: InjectedServer;
const clock = createFakeClock();

beforeEach(async () => {
  api = await startInjectedServer({ clock });
});
afterEach(() => api.close());

const apply = (path: string, body: unknown, manager = 'me', more = '') =>
  api.inject('PATCH', `${path}?fieldManager=${manager}${more}`, body, { 'content-type': 'application/apply-patch+yaml' });
const merge = (path: string, body: unknown, manager: string) =>
  api.inject('PATCH', `${path}?fieldManager=${manager}`, body, { 'content-type': 'application/merge-patch+json' });

const configMap = (data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});
const deployment = (containers: object[], spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers } }, ...spec },
});

describe('server-side apply', () => {
  it('creates what is not there, and notes who owns which fields', async () => {
    const { status, json } = await apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }));
    expect(status).toBe(201);
    expect(json.metadata.managedFields).toEqual([
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {} } },
      },
    ]);
  });

  it('changes an object that another writer creates at the same moment', async () => {
    const answers = await Promise.all([
      apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }), 'first'),
      apply(`${CONFIG_MAPS}/a`, configMap({ l: 'w' }), 'second'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).json.data).toEqual({ k: 'v', l: 'w' });
  });

  it('writes nothing when nothing changes', async () => {
    const first = await apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }));
    await clock.advance(5000);
    const second = await apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }));
    expect(second.status).toBe(200);
    expect(second.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
  });

  it('of a Scale owns the replicas of what is scaled', async () => {
    await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'x' }], { replicas: 2 }));
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd' }, spec: { replicas: 5 } };
    const refused = await apply(`${DEPLOYMENTS}/d/scale`, body, 'scaler');
    expect(refused.json.message).toBe('Apply failed with 1 conflict: conflict with "me": .spec.replicas');
    const forced = await apply(`${DEPLOYMENTS}/d/scale`, body, 'scaler', '&force=true');
    expect(forced.json).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    const { json } = await api.inject('GET', `${DEPLOYMENTS}/d`);
    expect(json.spec.replicas).toBe(5);
    expect(json.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'scaler', operation: 'Apply', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
    );
    expect((await apply(`${DEPLOYMENTS}/none/scale`, { ...body, metadata: {} }, 'scaler')).status).toBe(404);
  });

  it('names the item that lacks its key', async () => {
    const { status, json } = await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'x' }, { image: 'y' }]));
    expect(status).toBe(500);
    expect(json.message).toContain(
      '.spec.template.spec.containers: element 1: associative list with keys has an element that omits key field "name"',
    );
  });

  it('does not make anew what its configuration takes to be there', async () => {
    const { status, json } = await apply(`${CONFIG_MAPS}/a`, configMap({}, { uid: 'u' }));
    expect(status).toBe(409);
    expect(json.message).toContain('uid mismatch: the provided object specified uid u, and no existing object was found');
  });

  it('removes what its manager no longer asks for, and leaves what others own', async () => {
    await apply(`${CONFIG_MAPS}/a`, configMap({ mine: '1', shared: '2' }));
    await apply(`${CONFIG_MAPS}/a`, configMap({ shared: '2' }), 'other');
    await merge(`${CONFIG_MAPS}/a`, { data: { theirs: '3' } }, 'editor');
    const { json } = await apply(`${CONFIG_MAPS}/a`, configMap({ new: '4' }));
    expect(json.data).toEqual({ shared: '2', theirs: '3', new: '4' });
  });

  it('refuses to change what others own, names them, and takes it over by force', async () => {
    await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'x:1' }], { replicas: 1 }));
    await merge(`${DEPLOYMENTS}/d`, { spec: { replicas: 3 } }, 'kubectl-edit');
    const refused = await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'x:1' }], { replicas: 1 }));
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas',
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] },
    });
    const forced = await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'x:1' }], { replicas: 1 }), 'me', '&force=true');
    expect({ status: forced.status, replicas: forced.json.spec.replicas }).toEqual({ status: 200, replicas: 1 });
    expect(forced.json.metadata.managedFields.map((entry: { manager: string }) => entry.manager)).toEqual(['me']);
  });

  it('shares a field with whoever wants the same value', async () => {
    await apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }));
    expect((await apply(`${CONFIG_MAPS}/a`, configMap({ k: 'v' }), 'other')).status).toBe(200);
    await apply(`${CONFIG_MAPS}/a`, configMap({}));
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).json.data).toEqual({ k: 'v' });
    await apply(`${CONFIG_MAPS}/a`, configMap({}), 'other');
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).json.data).toBeUndefined();
  });

  it('merges containers by name and takes a whole one away, defaults and all', async () => {
    await apply(
      `${DEPLOYMENTS}/d`,
      deployment([
        { name: 'a', image: 'x' },
        { name: 'b', image: 'y' },
      ]),
    );
    const { json } = await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'b', image: 'z' }]));
    expect(json.spec.template.spec.containers.map(({ name, image }: { name: string; image: string }) => `${name}=${image}`)).toEqual(['b=z']);
  });

  it('names a conflict in a list by the keys of the item', async () => {
    await api.inject('POST', `${DEPLOYMENTS}?fieldManager=creator`, deployment([{ name: 'c', image: 'x' }]));
    const { json } = await apply(`${DEPLOYMENTS}/d`, deployment([{ name: 'c', image: 'y' }]));
    expect(json.details.causes.map(({ field }: { field: string }) => field)).toEqual(['.spec.template.spec.containers[name="c"].image']);
  });

  const refusals: [string, unknown, string, number, string][] = [
    ['without a manager', configMap({}), '', 422, 'fieldManager: Required value'],
    ['of another kind', { ...configMap({}), kind: 'Other' }, 'me', 400, 'invalid object type: /v1, Kind=Other'],
    ['that brings managedFields', configMap({}, { managedFields: [{ manager: 'x' }] }), 'me', 400, 'metadata.managedFields must be nil'],
    ['of another name', configMap({}, { name: 'b' }), 'me', 400, 'does not match the name on the URL'],
    ['with unknown fields', { ...configMap({}), bogus: 1 }, 'me', 500, '.bogus: field not declared in schema'],
  ];
  it.each(refusals)('refuses a configuration %s', async (_what, body, manager, code, message) => {
    const { status, json } = await apply(`${CONFIG_MAPS}/a`, body, manager);
    expect(status).toBe(code);
    expect(json.message).toContain(message);
  });

  it('refuses two items with one key', async () => {
    const { status, json } = await apply(
      `${DEPLOYMENTS}/d`,
      deployment([
        { name: 'c', image: 'x' },
        { name: 'c', image: 'y' },
      ]),
    );
    expect(status).toBe(500);
    expect(json.message).toContain('.spec.template.spec.containers: duplicate entries for key [name="c"]');
  });
});

describe('managed fields of ordinary writes', () => {
  it('hold what came to be as a whole together with what stands in it', async () => {
    const probe = { httpGet: { port: 80 } };
    const made = (await api.inject('POST', DEPLOYMENTS, deployment([{ name: 'c', image: 'x', livenessProbe: probe }]))).json;
    const [{ fieldsV1 }] = made.metadata.managedFields;
    const container = fieldsV1['f:spec']['f:template']['f:spec']['f:containers']['k:{"name":"c"}'];
    expect(container['f:livenessProbe']).toMatchObject({ '.': {}, 'f:httpGet': { '.': {}, 'f:port': {} } });
    expect(fieldsV1['f:spec']['f:strategy']).toEqual({ 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} });
  });

  it('hold what the creator gave, and nothing that the server added', async () => {
    const namespace = (await api.inject('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })).json;
    expect(namespace.spec.finalizers).toEqual(['kubernetes']);
    expect(namespace.metadata.managedFields.map(({ fieldsV1 }: { fieldsV1: object }) => fieldsV1)).toEqual([
      { 'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } } },
    ]);
  });

  it('belong to the writer, without what the server says', async () => {
    const { json } = await api.inject(
      'POST',
      CONFIG_MAPS,
      { metadata: { name: 'a', labels: { l: '1' } }, data: { k: 'v' } },
      { 'user-agent': 'kubectl/v1.36 (linux)' },
    );
    expect(json.metadata.managedFields).toMatchObject([
      {
        manager: 'kubectl',
        operation: 'Update',
        fieldsV1: { 'f:data': { '.': {}, 'f:k': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } },
      },
    ]);
  });

  it('move to who changes them', async () => {
    await api.inject('POST', `${CONFIG_MAPS}?fieldManager=first`, { metadata: { name: 'a' }, data: { k: 'v', l: 'w' } });
    const { json } = await merge(`${CONFIG_MAPS}/a`, { data: { k: 'x' } }, 'second');
    const owned = Object.fromEntries(
      json.metadata.managedFields.map((entry: { manager: string; fieldsV1: object }) => [entry.manager, entry.fieldsV1]),
    );
    expect(owned).toEqual({ first: { 'f:data': { '.': {}, 'f:l': {} } }, second: { 'f:data': { 'f:k': {} } } });
  });

  it('of status are kept apart from those of the rest', async () => {
    await api.inject('POST', `${DEPLOYMENTS}?fieldManager=creator`, deployment([{ name: 'c', image: 'x' }]));
    const { json } = await merge(`${DEPLOYMENTS}/d/status`, { status: { replicas: 1 } }, 'controller');
    expect(json.metadata.managedFields.find((entry: { manager: string }) => entry.manager === 'controller')).toMatchObject({
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
  });

  it('start anew when a client empties them', async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
    const { json } = await merge(`${CONFIG_MAPS}/a`, { metadata: { managedFields: [{}] } }, 'me');
    expect(json.metadata).not.toHaveProperty('managedFields');
  });
});
