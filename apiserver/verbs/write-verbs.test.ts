import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const pod = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec } });

let api: InjectedServer;
const clock = createFakeClock(Date.UTC(2026, 0, 1));

beforeEach(async () => {
  api = await startInjectedServer({ clock });
});
afterEach(() => api.close());

describe('create', () => {
  it('fills in what the server says of an object', async () => {
    const { status, json } = await api.inject('POST', CONFIG_MAPS, {
      metadata: { name: 'a', uid: 'mine', deletionTimestamp: '2020-01-01T00:00:00Z' },
      data: { k: 'v' },
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
      data: { k: 'v' },
    });
    expect(json.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(json.metadata.deletionTimestamp).toBeUndefined();
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).json).toEqual(json);
  });

  it('puts a cluster-scoped object into no namespace, whatever it says', async () => {
    const node = await api.inject('POST', '/api/v1/nodes', { metadata: { name: 'n', namespace: 'default' } });
    expect([node.status, node.json.metadata.namespace]).toEqual([201, undefined]);
    const labelled = { ...node.json, metadata: { ...node.json.metadata, namespace: 'dev', labels: { a: 'b' } } };
    const updated = await api.inject('PUT', '/api/v1/nodes/n', labelled);
    expect([updated.status, updated.json.metadata.namespace, updated.json.metadata.labels]).toMatchObject([200, undefined, { a: 'b' }]);
  });

  it('makes a name from generateName, in the alphabet without look-alikes', async () => {
    const { json } = await api.inject('POST', CONFIG_MAPS, { metadata: { generateName: 'job-' } });
    expect(json.metadata.name).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  const refusals: [string, string, unknown, Record<string, string>, number, string, string][] = [
    ['a name is missing', CONFIG_MAPS, { metadata: {} }, {}, 422, 'Invalid', 'name or generateName is required'],
    [
      'the namespace is another than the path says',
      CONFIG_MAPS,
      { metadata: { name: 'a', namespace: 'other' } },
      {},
      400,
      'BadRequest',
      'does not match the namespace sent on the request',
    ],
    [
      'the namespace is not there',
      '/api/v1/namespaces/nowhere/configmaps',
      { metadata: { name: 'a' } },
      {},
      404,
      'NotFound',
      'namespaces "nowhere" not found',
    ],
    ['the kind is another', CONFIG_MAPS, { kind: 'Secret', metadata: { name: 'a' } }, {}, 400, 'BadRequest', 'cannot be handled as a ConfigMap'],
    ['the JSON is cut off', CONFIG_MAPS, '{"metadata":{"name":', {}, 400, 'BadRequest', 'not valid JSON'],
    ['the YAML is broken', CONFIG_MAPS, 'metadata: {name: [}', { 'content-type': 'application/yaml' }, 400, 'BadRequest', 'not valid YAML'],
    ['a type is wrong', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 5 } }, {}, 400, 'BadRequest', 'cannot unmarshal number'],
    ['the media type is unknown', CONFIG_MAPS, 'x', { 'content-type': 'text/csv' }, 415, 'UnsupportedMediaType', 'application/json'],
    [
      'the nesting is too deep',
      CONFIG_MAPS,
      `{"metadata":{"name":"a"},"data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      {},
      400,
      'BadRequest',
      'exceeded max depth',
    ],
    [
      'a field is unknown, and validation is strict',
      `${CONFIG_MAPS}?fieldValidation=Strict`,
      { metadata: { name: 'a' }, bogus: 1 },
      {},
      400,
      'BadRequest',
      'strict decoding error: unknown field "bogus"',
    ],
    [
      'a field stands twice, and validation is strict',
      `${CONFIG_MAPS}?fieldValidation=Strict`,
      '{"metadata":{"name":"a"},"data":{"a":"1","a":"2"}}',
      {},
      400,
      'BadRequest',
      'duplicate field "data.a"',
    ],
    [
      'dryRun has another value',
      `${CONFIG_MAPS}?dryRun=some`,
      { metadata: { name: 'a' } },
      {},
      422,
      'Invalid',
      'CreateOptions.meta.k8s.io "" is invalid: dryRun',
    ],
    [
      'it has no namespace to be made in',
      '/api/v1/configmaps',
      { metadata: { name: 'a' } },
      {},
      405,
      'MethodNotAllowed',
      'does not allow this method',
    ],
    ['the resource is unknown', '/api/v1/namespaces/default/gadgets', {}, {}, 404, 'NotFound', 'could not find the requested resource'],
  ];
  it.each(refusals)('is refused when %s', async (_what, path, body, headers, code, reason, message) => {
    const { status, json } = await api.inject('POST', path, body, headers);
    expect({ status, reason: json.reason, kind: json.kind }).toEqual({ status: code, reason, kind: 'Status' });
    expect(json.message).toContain(message);
    expect((await api.inject('GET', CONFIG_MAPS)).json.items).toEqual([]);
  });

  it('writes a reference that Go always writes as null where there is none', async () => {
    const scaleIO = { gateway: 'g', system: 's', volumeName: 'v' };
    const { json } = await api.inject('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', scaleIO }] },
    });
    expect(json.spec.volumes[0].scaleIO).toMatchObject({ ...scaleIO, secretRef: null });
  });

  it('names the scheme that registers the kind where it is given another one', async () => {
    const version = 'apiregistration.k8s.io/v1';
    const { status, json } = await api.inject('POST', `/apis/${version}/apiservices`, {
      apiVersion: version,
      kind: 'Other',
      metadata: { name: 'o' },
    });
    expect([status, json.message]).toEqual([
      400,
      `Other in version "v1" cannot be handled as a APIService: no kind "Other" is registered for version "${version}" in scheme "k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:28"`,
    ]);
  });

  it('warns of unknown fields and drops them unless told otherwise', async () => {
    const { status, headers, json } = await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' }, bogus: 1 });
    expect(status).toBe(201);
    expect(headers.warning).toEqual(['299 - "unknown field \\"bogus\\""']);
    expect(json.bogus).toBeUndefined();
  });

  it('answers 409 for a name that is taken', async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const { status, json } = await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    expect(status).toBe(409);
    expect(json).toMatchObject({ reason: 'AlreadyExists', message: 'configmaps "a" already exists', details: { name: 'a', kind: 'configmaps' } });
  });

  it('stores nothing on a dry run', async () => {
    const { status, json } = await api.inject('POST', `${CONFIG_MAPS}?dryRun=All`, { metadata: { name: 'a' } });
    expect({ status, name: json.metadata.name, version: json.metadata.resourceVersion }).toEqual({ status: 201, name: 'a', version: undefined });
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it('takes YAML as well', async () => {
    const { status, json } = await api.inject('POST', CONFIG_MAPS, 'metadata:\n  name: a\ndata:\n  k: "v"\n', { 'content-type': 'application/yaml' });
    expect({ status, data: json.data }).toEqual({ status: 201, data: { k: 'v' } });
  });
});

describe('update', () => {
  it('replaces the object, and refuses a version that has passed', async () => {
    const first = (await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: '1' } })).json;
    const second = await api.inject('PUT', `${CONFIG_MAPS}/a`, { ...first, data: { k: '2' } });
    expect(second.status).toBe(200);
    expect(Number(second.json.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
    const late = await api.inject('PUT', `${CONFIG_MAPS}/a`, { ...first, data: { k: '3' } });
    expect(late.status).toBe(409);
    expect(late.json.message).toBe(
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('writes nothing when nothing changes', async () => {
    const first = (await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: '1' } })).json;
    const again = await api.inject('PUT', `${CONFIG_MAPS}/a`, first);
    expect(again.json.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it.each([
    ['/api/v1/namespaces/default/endpoints/a', {}, 201],
    ['/api/v1/namespaces/default/configmaps/a', {}, 404],
    ['/api/v1/namespaces/default/podtemplates/a', { template: { spec: { containers: [{ name: 'c', image: 'x' }] } } }, 404],
  ])('makes what is not there for some kinds: %s', async (path, content, expected) => {
    expect((await api.inject('PUT', path, { metadata: { name: 'a' }, ...content })).status).toBe(expected);
  });

  it('replaces an object that another writer creates at the same moment', async () => {
    const put = (ip: string) =>
      api.inject('PUT', '/api/v1/namespaces/default/endpoints/a', { metadata: { name: 'a' }, subsets: [{ addresses: [{ ip }] }] });
    const answers = await Promise.all([put('192.0.2.1'), put('192.0.2.2')]);
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    expect((await api.inject('GET', '/api/v1/namespaces/default/endpoints/a')).json.subsets).toEqual([{ addresses: [{ ip: '192.0.2.2' }] }]);
  });

  it('raises generation when the spec changes, not for metadata or status', async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const spec = {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    const made = (await api.inject('POST', deployments, { metadata: { name: 'd' }, spec })).json;
    expect(made.metadata.generation).toBe(1);
    const labelled = await api.inject(
      'PATCH',
      `${deployments}/d`,
      { metadata: { labels: { x: 'y' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(labelled.json.metadata.generation).toBe(1);
    const labelledByStatus = await api.inject(
      'PATCH',
      `${deployments}/d/status`,
      { metadata: { labels: { x: 'z' }, annotations: { kept: 'yes' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(labelledByStatus.json.metadata).toMatchObject({ labels: { x: 'y' }, annotations: { kept: 'yes' }, generation: 1 });
    const scaled = await api.inject(
      'PATCH',
      `${deployments}/d`,
      { spec: { replicas: 2 }, status: { replicas: 9 } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(scaled.json.metadata.generation).toBe(2);
    expect(scaled.json.status.replicas).toBeUndefined();
    const status = await api.inject(
      'PATCH',
      `${deployments}/d/status`,
      { spec: { replicas: 7 }, status: { replicas: 2 } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(status.json).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 2 }, status: { replicas: 2 } });
  });

  it('scales by patch however many others write', async () => {
    const sets = '/apis/apps/v1/namespaces/default/replicasets';
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
    await api.inject('POST', sets, { metadata: { name: 'r' }, spec: { selector: { matchLabels: { a: 'b' } }, template } });
    const merge = { 'content-type': 'application/merge-patch+json' };
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 2
          ? api.inject('PATCH', `${sets}/r/scale`, { spec: { replicas: i } }, merge)
          : api.inject('PATCH', `${sets}/r`, { metadata: { annotations: { [`a${i}`]: 'x' } } }, merge),
      ),
    );
    expect(answers.filter((_, i) => i % 2).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    const stale = { metadata: { resourceVersion: '1' }, spec: { replicas: 3 } };
    expect((await api.inject('PATCH', `${sets}/r/scale`, stale, merge)).status).toBe(409);
  });

  it('scales through the scale subresource', async () => {
    const sets = '/apis/apps/v1/namespaces/default/replicasets';
    const spec = {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    await api.inject('POST', sets, { metadata: { name: 'r' }, spec });
    const scale = (await api.inject('GET', `${sets}/r/scale`)).json;
    expect(scale).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 }, status: { replicas: 0, selector: 'a=b' } });
    expect((await api.inject('PUT', `${sets}/r/scale`, { ...scale, spec: { replicas: 4 } })).json.spec.replicas).toBe(4);
    expect((await api.inject('GET', `${sets}/r`)).json.spec.replicas).toBe(4);
    const negative = await api.inject('PUT', `${sets}/r/scale`, { metadata: { name: 'r' }, spec: { replicas: -1 } });
    expect({ status: negative.status, field: negative.json.details.causes[0].field }).toEqual({ status: 422, field: 'spec.replicas' });
  });

  const refusals: [string, object, number, string][] = [
    ['names another object', { metadata: { name: 'b' } }, 400, 'the name of the object (b) does not match the name on the URL (a)'],
    ['names none', { metadata: {} }, 400, 'name must be provided'],
    ['names another identity', { metadata: { name: 'a', uid: 'other' } }, 409, 'Precondition failed: UID in precondition: other'],
  ];
  it.each(refusals)('is refused when the body %s', async (_what, body, code, message) => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const { status, json } = await api.inject('PUT', `${CONFIG_MAPS}/a`, body);
    expect(status).toBe(code);
    expect(json.message).toContain(message);
  });
});

describe('patch', () => {
  const patch = (type: string, body: unknown) => api.inject('PATCH', `${CONFIG_MAPS}/a`, body, { 'content-type': `application/${type}` });
  beforeEach(async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
  });

  it('applies merge, strategic merge and JSON patches', async () => {
    expect((await patch('merge-patch+json', { data: { k: null, l: '1' } })).json.data).toEqual({ l: '1' });
    expect((await patch('strategic-merge-patch+json', { data: { m: '2' } })).json.data).toEqual({ l: '1', m: '2' });
    expect((await patch('json-patch+json', [{ op: 'remove', path: '/data/l' }])).json.data).toEqual({ m: '2' });
  });

  it('loses no change when many write at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => patch('merge-patch+json', { data: { [`n${i}`]: 'x' } })));
    expect(Object.keys((await api.inject('GET', `${CONFIG_MAPS}/a`)).json.data)).toHaveLength(9);
  });

  const refusals: [string, string, unknown, number, string][] = [
    ['of an unknown type', 'what+json', {}, 415, '415: Unsupported Media Type'],
    ['that is no JSON', 'merge-patch+json', '{', 400, 'error decoding patch'],
    ['that is no object', 'merge-patch+json', '"x"', 400, 'error decoding patch'],
    [
      'whose test fails',
      'json-patch+json',
      [{ op: 'test', path: '/data/k', value: 'w' }],
      422,
      'the server rejected our request due to an error in our request',
    ],
    [
      'whose path is not there',
      'json-patch+json',
      [{ op: 'remove', path: '/data/none' }],
      422,
      'the server rejected our request due to an error in our request',
    ],
    ['that renames', 'merge-patch+json', { metadata: { name: 'b' } }, 400, 'does not match the name on the URL'],
    ['of a version that has passed', 'merge-patch+json', { metadata: { resourceVersion: '1' } }, 409, 'the object has been modified'],
    ['that makes a wrong type', 'merge-patch+json', { data: { k: 5 } }, 422, 'patch: Invalid value'],
  ];
  it.each(refusals)('refuses a patch %s', async (_what, type, body, code, message) => {
    const { status, json } = await patch(type, body);
    expect(status).toBe(code);
    expect(json.message).toContain(message);
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).json.data).toEqual({ k: 'v' });
  });
});

describe('delete', () => {
  it('takes the object away at once, and says so', async () => {
    const { json: made } = await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const { status, json } = await api.inject('DELETE', `${CONFIG_MAPS}/a`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid } });
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it('marks a scheduled pod with its grace period, and only ever shortens it', async () => {
    await api.inject('POST', PODS, pod('p', { nodeName: 'n', terminationGracePeriodSeconds: 20 }));
    const first = await api.inject('DELETE', `${PODS}/p`);
    expect(first.json.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:20Z', deletionGracePeriodSeconds: 20 });
    const longer = await api.inject('DELETE', `${PODS}/p`, { gracePeriodSeconds: 60 });
    expect(longer.json.metadata.deletionGracePeriodSeconds).toBe(20);
    const shorter = await api.inject('DELETE', `${PODS}/p`, { gracePeriodSeconds: 5 });
    expect(shorter.json.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z', deletionGracePeriodSeconds: 5 });
    await api.inject('DELETE', `${PODS}/p?gracePeriodSeconds=0`);
    expect((await api.inject('GET', `${PODS}/p`)).status).toBe(404);
  });

  it('gives no grace to a pod that no node has', async () => {
    await api.inject('POST', PODS, pod('p'));
    expect((await api.inject('DELETE', `${PODS}/p`)).json.kind).toBe('Pod');
    expect((await api.inject('GET', `${PODS}/p`)).status).toBe(404);
  });

  it('waits for finalizers, and goes with the last of them', async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
    expect((await api.inject('DELETE', `${CONFIG_MAPS}/a`)).json.metadata.deletionTimestamp).toBe('2026-01-01T00:00:00Z');
    const added = await api.inject(
      'PATCH',
      `${CONFIG_MAPS}/a`,
      { metadata: { finalizers: ['example.com/hold', 'example.com/new'] } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(added.status).toBe(422);
    await api.inject('PATCH', `${CONFIG_MAPS}/a`, { metadata: { finalizers: null } }, { 'content-type': 'application/merge-patch+json' });
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it.each([
    ['Foreground', 'foregroundDeletion'],
    ['Orphan', 'orphan'],
  ])('leaves propagation %s to the garbage collector', async (propagationPolicy, finalizer) => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const { json } = await api.inject('DELETE', `${CONFIG_MAPS}/a`, { propagationPolicy });
    expect(json.metadata.finalizers).toEqual([finalizer]);
  });

  it('holds to its preconditions', async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const { status, json } = await api.inject('DELETE', `${CONFIG_MAPS}/a`, { preconditions: { uid: 'other' } });
    expect(status).toBe(409);
    expect(json.message).toContain('on ConfigMap "a": the UID in the precondition (other) does not match the UID in record');
    expect((await api.inject('GET', `${CONFIG_MAPS}/a`)).status).toBe(200);
  });

  it('marks a namespace, refuses new content in it, and ends with its finalizers', async () => {
    await api.inject('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    const { json } = await api.inject('DELETE', '/api/v1/namespaces/n');
    expect(json.status.phase).toBe('Terminating');
    const late = await api.inject('POST', '/api/v1/namespaces/n/configmaps', { metadata: { name: 'a' } });
    expect({ status: late.status, cause: late.json.details.causes[0].reason }).toEqual({ status: 403, cause: 'NamespaceTerminating' });
    await api.inject('PUT', '/api/v1/namespaces/n/finalize', { ...json, spec: { finalizers: [] } });
    expect((await api.inject('GET', '/api/v1/namespaces/n')).status).toBe(404);
  });

  it('keeps the namespaces that the cluster needs', async () => {
    expect((await api.inject('DELETE', '/api/v1/namespaces/default')).json).toMatchObject({ code: 403, reason: 'Forbidden' });
  });

  it('deletes what a selector chooses of a collection', async () => {
    for (const name of ['a', 'b', 'c']) await api.inject('POST', CONFIG_MAPS, { metadata: { name, labels: { keep: String(name === 'b') } } });
    await api.inject('DELETE', `${CONFIG_MAPS}?labelSelector=keep%3Dfalse`);
    const { json } = await api.inject('GET', CONFIG_MAPS);
    expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['b']);
  });
});

describe('a patch whose result cannot be read', () => {
  const send = (path: string, body: unknown) => api.inject('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
  beforeEach(async () => {
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
  });

  it.each([
    [
      'unknown fields, in the order of their names',
      { metadata: { bogus: 1 }, bogus: 2 },
      'strict decoding error: unknown field "bogus", unknown field "metadata.bogus"',
    ],
    ['another kind', { kind: 'Other' }, 'no kind "Other" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'],
    ['another type', { data: { k: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
  ])('is refused with %s', async (_what, body, why) => {
    const { status, json } = await send(`${CONFIG_MAPS}/a?fieldValidation=Strict`, body);
    expect([status, json.details.causes[0].field]).toEqual([422, 'patch']);
    expect(json.message).toMatch(/^ "" is invalid: patch: Invalid value: "\{/);
    expect(json.message.endsWith(`}": ${why}`)).toBe(true);
  });

  it('is refused as a Scale too', async () => {
    const spec = {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    await api.inject('POST', '/apis/apps/v1/namespaces/default/replicasets', { metadata: { name: 'r' }, spec });
    const { status, json } = await send('/apis/apps/v1/namespaces/default/replicasets/r/scale', { spec: { replicas: 'x' } });
    expect([status, json.details.causes[0].field]).toEqual([422, 'patch']);
    expect(json.message.endsWith('json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32')).toBe(true);
  });
});
