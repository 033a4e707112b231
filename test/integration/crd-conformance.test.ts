import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { RawClient } from '../support/http/raw-client.ts';
import { rawClient } from '../support/http/raw-client.ts';

/** Replays the conformance tests about custom resources (test/e2e/apimachinery of Kubernetes 1.36) call by call. */
let cluster: KubectlCluster;
let client: RawClient;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  client = rawClient(cluster);
});
afterAll(async () => {
  client.close();
  await cluster.stop();
});

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

async function ok(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const { code, message, json } = await client.ask(method, path, body, headers);
  if (code >= 300) throw new Error(`${method} ${path}: ${code} ${message}`);
  return json;
}

interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly schema: object;
  readonly versions?: readonly string[];
  readonly labels?: Record<string, string>;
}

/** Makes a cluster-scoped definition and waits until its objects can be read; returns the path of the objects in its first version. */
async function define({ group, kind, schema, versions = ['v1'], labels }: Definition): Promise<string> {
  const plural = `${kind.toLowerCase()}s`;
  await ok('POST', DEFINITIONS, {
    metadata: { name: `${plural}.${group}`, ...(labels ? { labels } : {}) },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versions.map((name, i) => ({ name, served: true, storage: i === 0, schema: { openAPIV3Schema: schema } })),
    },
  });
  const path = `/apis/${group}/${versions[0]}/${plural}`;
  await eventually(async () => (await client.ask('GET', path)).code === 200);
  return path;
}

const PORTS = {
  type: 'array',
  'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
  'x-kubernetes-list-type': 'map',
  items: {
    properties: {
      containerPort: { format: 'int32', type: 'integer' },
      hostIP: { type: 'string' },
      hostPort: { format: 'int32', type: 'integer' },
      name: { type: 'string' },
      protocol: { type: 'string' },
    },
    required: ['containerPort', 'protocol'],
    type: 'object',
  },
};
const FIELDS = {
  foo: { type: 'string' },
  cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
  ports: PORTS,
};
const validated = { type: 'object', properties: { spec: { type: 'object', properties: FIELDS } } };
const template = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  properties: { metadata: { type: 'object', properties: { name: { type: 'string' } } }, spec: { type: 'object' } },
};
const preserving = (more: object = {}) => ({
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { ...more, ...FIELDS } } },
});
const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('FieldValidation', () => {
  const deployment = (metadata: string, spec: string) => `{
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": { "name": "my-dep", ${metadata} "labels": {"app": "nginx"} },
    "spec": { ${spec} "selector": {"matchLabels": {"app": "nginx"}},
      "template": {"metadata": {"labels": {"app": "nginx"}}, "spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}} }
  }`;
  const STRICT = 'fieldManager=field_validation_mgr&fieldValidation=Strict';

  it.each([
    [
      'unknown and duplicate fields',
      deployment('', '"unknownField": "foo", "replicas": 2, "replicas": 3,'),
      'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    ],
    ['unknown metadata fields', deployment('"unknownMeta": "foo",', ''), 'strict decoding error: unknown field "metadata.unknownMeta"'],
  ])('should detect %s of a typed object', async (_what, body, message) => {
    const answer = await client.ask('POST', `/apis/apps/v1/namespaces/default/deployments?${STRICT}`, body);
    expect([answer.code, answer.message]).toEqual([400, expect.stringContaining(message)]);
  });

  /** An applied object of group and kind, in lines, so that faults name the line. */
  const manifest = (group: string, metadata: string, spec: string) => `
apiVersion: ${group}/v1
kind: Noxu
metadata:
  name: mytest
${metadata}  finalizers:
  - test-finalizer
${spec}  cronSpec: "* * * * */5"
  ports:
  - name: x
    containerPort: 80
    protocol: TCP`;
  const embedded =
    '  template:\n    apiversion: foo/v1\n    kind: Sub\n    metadata:\n        unknownSubMeta: unknown\n        name: subobject\n  foo: foo1\n';

  it.each([
    ['create/apply a valid CR for CRD with validation schema', 'valid', validated, '', 'spec:\n  foo: foo1\n', 201, ''],
    ['create/apply a CR with unknown fields for CRD with no validation schema', 'open', ANYTHING, '', 'spec:\n  unknown: uk1\n', 201, ''],
    [
      'create/apply an invalid CR with extra properties for CRD with validation schema',
      'extra',
      validated,
      '',
      'unknownField: unknown\nspec:\n  foo: foo1\n',
      500,
      '.unknownField: field not declared in schema',
    ],
    [
      'detect unknown metadata fields in both the root and embedded object of a CR',
      'embedded',
      preserving({ template }),
      '  unknownMeta: unknown\n',
      `spec:\n${embedded}`,
      500,
      '.metadata.unknownMeta: field not declared in schema',
    ],
    [
      'detect duplicates in a CR when preserving unknown fields',
      'duplicates',
      preserving(),
      '',
      'spec:\n  unknown: uk1\n  foo: foo1\n  foo: foo2\n',
      400,
      'line 11: key "foo" already set in map',
    ],
  ])('should %s', async (_what, name, schema, metadata, spec, code, message) => {
    const group = `${name}.mygroup.example.com`;
    const path = await define({ group, kind: 'Noxu', schema });
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const answer = await client.ask('PATCH', `${path}/mytest?${STRICT}`, manifest(group, metadata, spec), headers);
    expect([answer.code, answer.code === 201 ? '' : answer.message]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('CustomResourceDefinition resources [Privileged:ClusterAdmin]', () => {
  it('listing custom resource definition objects works, and deleting a collection of them', async () => {
    const labels = { 'e2e-list-test-uuid': 'list' };
    for (let i = 0; i < 10; i++) await define({ group: `list${i}.example.com`, kind: 'Noxu', schema: ANYTHING, labels });
    await define({ group: 'unlisted.example.com', kind: 'Noxu', schema: ANYTHING });
    const selected = `${DEFINITIONS}?labelSelector=e2e-list-test-uuid%3Dlist`;
    expect((await ok('GET', selected)).items).toHaveLength(10);
    await ok('DELETE', selected);
    await eventually(async () => (await ok('GET', selected)).items.length === 0);
    await ok('GET', `${DEFINITIONS}/noxus.unlisted.example.com`);
  });

  it('getting/updating/patching custom resource definition status sub-resource works', async () => {
    await define({ group: 'status.example.com', kind: 'Noxu', schema: ANYTHING });
    const path = `${DEFINITIONS}/noxus.status.example.com/status`;
    // Again after a conflict, as upstream does: the controllers write the status too.
    const updated = await eventually(async () => {
      const current = await ok('GET', path);
      expect(current.kind).toBe('CustomResourceDefinition');
      const conditions = [...current.status.conditions, { type: '', status: '', message: 'updated' }];
      return ok('PUT', path, { ...current, status: { ...current.status, conditions } });
    });
    expect(updated.status.conditions).toContainEqual(expect.objectContaining({ message: 'updated' }));
    const patched = await ok('PATCH', path, [{ op: 'add', path: '/status/conditions', value: [{ message: 'patched' }] }], JSON_PATCH);
    expect(patched.status.conditions).toContainEqual(expect.objectContaining({ message: 'patched' }));
  });

  it('custom resource defaulting for requests and from storage works', async () => {
    const schema = { ...ANYTHING, properties: { a: { type: 'string' }, b: { type: 'string' } } };
    const group = 'defaults.example.com';
    const path = await define({ group, kind: 'Noxu', schema });
    const crd = `${DEFINITIONS}/noxus.${group}`;
    const create = (name: string) => ok('POST', path, { apiVersion: `${group}/v1`, kind: 'Noxu', metadata: { name } });
    const property = '/spec/versions/0/schema/openAPIV3Schema/properties';
    await create('cr-1');
    await ok('PATCH', crd, [{ op: 'add', path: `${property}/a/default`, value: 'A' }], JSON_PATCH);
    await eventually(async () => (await ok('GET', `${path}/cr-1`)).a === 'A');
    expect((await create('cr-2')).a).toBe('A');
    const changes = [
      { op: 'remove', path: `${property}/a/default` },
      { op: 'add', path: `${property}/b/default`, value: 'B' },
    ];
    await ok('PATCH', crd, changes, JSON_PATCH);
    await eventually(async () => (await ok('GET', `${path}/cr-2`)).b === 'B');
    expect((await ok('GET', `${path}/cr-2`)).a).toBe('A');
    expect((await ok('GET', `${path}/cr-1`)).a).toBeUndefined();
  });

  it('watch on custom resource definition objects', async () => {
    const path = await define({ group: 'watch.example.com', kind: 'Noxu', schema: ANYTHING });
    const { metadata } = await ok('GET', path);
    for (const name of ['name1', 'name2']) {
      await ok('POST', path, { apiVersion: 'watch.example.com/v1', kind: 'Noxu', metadata: { name }, content: { key: 'value' } });
      await ok('PATCH', `${path}/${name}`, { dummy: 'test' }, { 'content-type': 'application/merge-patch+json' });
    }
    for (const name of ['name1', 'name2']) await ok('DELETE', `${path}/${name}`);
    const watch = `${path}?watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`;
    const events = (await cluster.kubectl('get', '--raw', watch))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      ...['ADDED name1', 'MODIFIED name1', 'ADDED name2', 'MODIFIED name2', 'DELETED name1', 'DELETED name2'],
    ]);
  });
});

const FOO = parse(`
description: Foo CRD for Testing
type: object
properties:
  spec:
    type: object
    description: Specification of Foo
    properties:
      bars:
        description: List of Bars and their specs.
        type: array
        items:
          type: object
          required: [name]
          properties:
            name: {description: Name of Bar., type: string}
            age: {description: Age of Bar., type: string}
            feeling: {description: Whether Bar is feeling great., type: string, enum: [Great, Down]}
            bazs: {description: List of Bazs., type: array, items: {type: string}}
  status:
    description: Status of Foo
    type: object
    properties:
      bars:
        description: List of Bars and their statuses.
        type: array
        items:
          type: object
          properties:
            name: {description: Name of Bar., type: string}
            available: {description: Whether the Bar is installed., type: boolean}
            quxType: {description: Indicates to external qux type., type: string, pattern: in-tree|out-of-tree}
`);
const WALDO = parse(`
description: Waldo CRD for Testing
type: object
properties:
  spec:
    description: Specification of Waldo
    type: object
    properties: {dummy: {description: Dummy property., type: string}}
  status:
    description: Status of Waldo
    type: object
    properties: {bars: {description: List of Bars and their statuses., type: array, items: {type: object}}}
`);
const NESTED = parse(`
description: preserve-unknown-properties in nested field for Testing
type: object
properties:
  spec:
    description: Specification of Waldo
    type: object
    x-kubernetes-preserve-unknown-fields: true
    properties: {dummy: {description: Dummy property., type: string}}
  status:
    description: Status of Waldo
    type: object
    properties: {bars: {description: List of Bars and their statuses., type: array, items: {type: object}}}
`);

describe('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin]', () => {
  const nameOf = (group: string, version: string, kind: string) => `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  const definitions = async () => (await ok('GET', '/openapi/v2', undefined, { accept: 'application/json' })).definitions;

  /** Waits until a definition is published, without what the server adds to it. */
  async function published(name: string): Promise<object> {
    await eventually(async () => name in (await definitions()));
    const { 'x-kubernetes-group-version-kind': _, properties, ...rest } = (await definitions())[name];
    const { apiVersion: _version, kind: _kind, metadata: _metadata, ...own } = properties ?? {};
    return Object.keys(own).length > 0 ? { ...rest, properties: own } : rest;
  }

  it('works for CRD with validation schema', async () => {
    const group = 'test-foo.example.com';
    await define({ group, kind: 'Foo', schema: FOO });
    expect(await published(nameOf(group, 'v1', 'Foo'))).toEqual(FOO);
    const { kubectl } = cluster;
    const cr = (spec: object) => ({ kind: 'Foo', apiVersion: `${group}/v1`, metadata: { name: 'test-foo' }, spec });
    for (const verb of ['create', 'apply']) {
      await kubectl.input(cr({ bars: [{ name: 'test-bar' }] }), verb, '-f', '-');
      await kubectl('delete', `foos.${group}`, 'test-foo');
      expect(await kubectl.fails([verb, '-f', '-'], cr({ foo: true }))).toMatch(/unknown field "spec\.foo"/);
      expect(await kubectl.fails([verb, '-f', '-'], cr({ bars: [{ age: '10' }] }))).toContain('spec.bars[0].name: Required value');
    }
    const bad = await kubectl.fails(['create', '-f', '-'], cr({ bars: [{ name: 'test-bar', feeling: 'NonExistentValue' }] }));
    expect(bad).toContain('Unsupported value: "NonExistentValue"');
    const explain = (path: string) => kubectl('explain', `foos.${path}`, `--api-version=${group}/v1`);
    const whole = await kubectl('explain', 'foos', `--api-version=${group}/v1`);
    expect(whole).toMatch(
      /DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo/s,
    );
    expect(await explain('metadata')).toMatch(
      /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
    );
    expect(await explain('spec')).toMatch(/DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s);
    expect(await explain('spec.bars')).toMatch(
      /bars.*<\[\]Object>.*DESCRIPTION:.*List of Bars and their specs.*FIELDS:.*bazs.*<\[\]string>.*List of Bazs.*name.*<string>.*Name of Bar/s,
    );
    expect(await kubectl.fails(['explain', 'foos.spec.bars2', `--api-version=${group}/v1`])).toContain('field "bars2" does not exist');
  });

  it.each([
    ['without validation schema', 'empty', ANYTHING, { a: { b: [{ c: 'd' }] } }, /DESCRIPTION:.*<empty>/s],
    [
      'preserving unknown fields at the schema root',
      'unknown-at-root',
      { ...NESTED, ...ANYTHING, properties: WALDO.properties },
      { a: { b: [{ c: 'd' }] } },
      /KIND:.*Unknown/s,
    ],
    [
      'preserving unknown fields in an embedded object',
      'unknown-in-nested',
      NESTED,
      { spec: { a: null, b: [{ c: 'd' }] } },
      /DESCRIPTION:.*preserve-unknown-properties in nested field for Testing/s,
    ],
  ])('works for CRD %s', async (_what, suffix, schema, fields, explained) => {
    const group = `test-${suffix}.example.com`;
    await define({ group, kind: 'Unknown', schema });
    const name = nameOf(group, 'v1', 'Unknown');
    const found = await published(name);
    if (schema === ANYTHING) expect(found).toEqual({ type: 'object' });
    const cr = { kind: 'Unknown', apiVersion: `${group}/v1`, metadata: { name: 'test-cr' }, ...fields };
    for (const verb of ['create', 'apply']) {
      await cluster.kubectl.input(cr, verb, '-f', '-');
      await cluster.kubectl('delete', `unknowns.${group}`, 'test-cr');
    }
    expect(await cluster.kubectl('explain', 'unknowns', `--api-version=${group}/v1`)).toMatch(explained);
  });

  it('works for multiple CRDs of different groups, and of the same group', async () => {
    await define({ group: 'common.example.com', kind: 'Foo', schema: FOO, versions: ['v4'] });
    await define({ group: 'common.example.com', kind: 'Waldo', schema: WALDO, versions: ['v5'] });
    await define({ group: 'common.example.com', kind: 'Grault', schema: WALDO, versions: ['v4'] });
    await define({ group: 'test-waldo.example.com', kind: 'Waldo', schema: WALDO, versions: ['v1beta1'] });
    expect(await published('com.example.common.v4.Foo')).toEqual(FOO);
    expect(await published('com.example.common.v5.Waldo')).toEqual(WALDO);
    expect(await published('com.example.common.v4.Grault')).toEqual(WALDO);
    expect(await published('com.example.test-waldo.v1beta1.Waldo')).toEqual(WALDO);
  });

  it('updates the published spec when one version gets renamed, and when one is not served any more', async () => {
    const group = 'multi-ver.example.com';
    await define({ group, kind: 'Foo', schema: FOO, versions: ['v2', 'v3'] });
    expect(await published('com.example.multi-ver.v3.Foo')).toEqual(FOO);
    const rename = [
      { op: 'test', path: '/spec/versions/1/name', value: 'v3' },
      { op: 'replace', path: '/spec/versions/1/name', value: 'v4' },
    ];
    const path = `${DEFINITIONS}/foos.${group}`;
    await ok('PATCH', path, rename, JSON_PATCH);
    expect(await published('com.example.multi-ver.v4.Foo')).toEqual(FOO);
    await eventually(async () => !('com.example.multi-ver.v3.Foo' in (await definitions())));
    await eventually(async () => {
      const crd = await ok('GET', path);
      crd.spec.versions[1].served = false;
      await ok('PUT', path, crd);
    });
    await eventually(async () => !('com.example.multi-ver.v4.Foo' in (await definitions())));
    expect(await published('com.example.multi-ver.v2.Foo')).toEqual(FOO);
  });
});
