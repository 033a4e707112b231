import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';

const WIDGETS = '/apis/example.dev/v1/namespaces/default/widgets';
const EMBEDDED = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const schema = {
    type: 'object',
    properties: {
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 20 } } },
      spec: {
        type: 'object',
        properties: { size: { type: 'integer' }, template: EMBEDDED, templates: { type: 'object', additionalProperties: EMBEDDED } },
      },
    },
  };
  await server.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.dev' },
      spec: {
        group: 'example.dev',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: schema } })),
      },
    },
  });
  await eventually(async () => (await server.ask('GET', WIDGETS)).status === 200);
});
afterAll(() => server.stop());

const widget = (metadata: object, spec: object = { size: 1 }, apiVersion = 'example.dev/v1') => ({ apiVersion, kind: 'Widget', metadata, spec });
const write = (name: string, type: string, body: object, manager: string, path = WIDGETS) =>
  server.ask('PATCH', `${path}/${name}?fieldManager=${manager}`, { headers: { 'content-type': `application/${type}` }, body });
const apply = (name: string, body: object, manager: string, path?: string) => write(name, 'apply-patch+yaml', body, manager, path);
const merge = (name: string, body: object, manager: string) => write(name, 'merge-patch+json', body, manager);

interface Entry {
  readonly manager: string;
  readonly fieldsV1: object;
}
const fieldsOf = (json: { metadata: { managedFields: Entry[] } }, manager: string): object | undefined =>
  json.metadata.managedFields.find((entry) => entry.manager === manager)?.fieldsV1;
const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: `owner-${uid}`, uid });

describe('the metadata of a custom resource is owned as that of built-in kinds', () => {
  it.each(['v1', 'v2'])('finalizers one by one, through version %s', async (version) => {
    const name = `finalizers-${version}`;
    const path = WIDGETS.replace('v1', version);
    const wanted = widget({ name, finalizers: ['a.b/mine'] }, { size: 1 }, `example.dev/${version}`);
    expect((await apply(name, wanted, 'applier', path)).status).toBe(201);
    const patched = await merge(name, { metadata: { finalizers: ['a.b/mine', 'a.b/other'] } }, 'patcher');
    expect(fieldsOf(patched.json, 'patcher')).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"a.b/other"': {} } } });
    const again = await apply(name, wanted, 'applier', path);
    expect([again.status, again.json.metadata.finalizers]).toEqual([200, ['a.b/mine', 'a.b/other']]);
    const { finalizers: _none, ...rest } = wanted.metadata as { finalizers: string[] };
    expect((await apply(name, { ...wanted, metadata: rest }, 'applier', path)).json.metadata.finalizers).toEqual(['a.b/other']);
  });

  it('owner references by their uids, each as a whole', async () => {
    await apply('owners', widget({ name: 'owners', ownerReferences: [owner('1')] }), 'applier');
    const other = await apply('owners', widget({ name: 'owners', ownerReferences: [owner('2')] }), 'other');
    expect([other.status, other.json.metadata.ownerReferences]).toEqual([200, [owner('1'), owner('2')]]);
    expect(fieldsOf(other.json, 'applier')).toMatchObject({ 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"1"}': {} } } });
    const clash = await apply('owners', widget({ name: 'owners', ownerReferences: [{ ...owner('1'), name: 'renamed' }] }), 'other');
    expect([clash.status, clash.json.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "applier": .metadata.ownerReferences[uid="1"]',
    ]);
  });

  it('labels and annotations entry by entry, and neither name nor managed fields at all', async () => {
    const created = await apply('labels', widget({ name: 'labels', labels: { a: '1' }, annotations: { n: '1' } }), 'applier');
    expect(fieldsOf(created.json, 'applier')).toEqual({
      'f:metadata': { 'f:annotations': { 'f:n': {} }, 'f:labels': { 'f:a': {} } },
      'f:spec': { 'f:size': {} },
    });
    const changed = created.json;
    changed.metadata.labels.b = '2';
    const put = await server.ask('PUT', `${WIDGETS}/labels?fieldManager=updater`, { body: changed });
    expect(fieldsOf(put.json, 'updater')).toEqual({ 'f:metadata': { 'f:labels': { 'f:b': {} } } });
  });

  it('also in resources that are embedded in it', async () => {
    const template = (finalizer: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', finalizers: [finalizer] } });
    const wanted = (finalizer: string) => widget({ name: 'embedded' }, { template: template(finalizer), templates: { x: template(finalizer) } });
    await apply('embedded', wanted('a.b/1'), 'applier');
    const { status, json } = await apply('embedded', wanted('a.b/2'), 'other');
    expect(status).toBe(200);
    for (const one of [json.spec.template, json.spec.templates.x]) expect(one.metadata.finalizers).toEqual(['a.b/1', 'a.b/2']);
  });

  it('so that a configuration may not name a finalizer twice', async () => {
    const { status, json } = await apply('twice', widget({ name: 'twice', finalizers: ['a.b/c', 'a.b/c'] }), 'applier');
    expect([status, json.message]).toEqual([500, expect.stringContaining('.metadata.finalizers: duplicate entries for key')]);
  });
});
