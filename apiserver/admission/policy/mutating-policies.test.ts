import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';
import type { PolicyWork } from './policies.fixture.ts';
import { policyWork } from './policies.fixture.ts';

let server: TestServer;
let work: PolicyWork;
beforeEach(async () => {
  server = await startTestServer();
  work = policyWork(server);
});
afterEach(() => server.stop());

const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const PODS = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }] };
const pod = async (spec: object) => {
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  return server.ask('POST', '/api/v1/namespaces/default/pods', {
    body: { metadata: { name: 'p' }, spec: { automountServiceAccountToken: false, ...spec } },
  });
};

async function mutated(mutations: readonly object[], data: Record<string, string>, more: object = {}) {
  await work.policy('Mutating', 'm', { mutations, ...more });
  await work.bind('Mutating', 'm');
  return work.configMap('c', data);
}

describe('a MutatingAdmissionPolicy', () => {
  it('applies configurations and JSON patches in their order', async () => {
    const { json } = await mutated(
      [
        apply("Object{metadata: Object.metadata{labels: {'added': 'yes'}}, data: {'one': '1'}}"),
        patch("[JSONPatch{op: 'add', path: '/data/two', value: object.data.one + '2'}]"),
      ],
      { a: 'b' },
    );
    expect([json.metadata.labels, json.data]).toEqual([{ added: 'yes' }, { a: 'b', one: '1', two: '12' }]);
  });

  it('merges lists by their keys, as server-side apply does', async () => {
    const sidecar = "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'side', image: 'side:1'}]}}";
    await work.policy('Mutating', 'm', { matchConstraints: PODS, mutations: [apply(sidecar)] });
    await work.bind('Mutating', 'm');
    const { json } = await pod({ containers: [{ name: 'web', image: 'web:1' }] });
    expect(json.spec.containers.map(({ name, image, imagePullPolicy }: Record<string, string>) => [name, image, imagePullPolicy])).toEqual([
      ['web', 'web:1', 'IfNotPresent'],
      ['side', 'side:1', 'IfNotPresent'],
    ]);
  });

  it.each([
    [
      'a list that is replaced as a whole',
      "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'web', args: ['a']}]}}",
      'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args',
    ],
    [
      'a field that there is not',
      'Object{spec: Object.spec{nope: 1}}',
      'error applying patch: failed to convert patch object to typed object: .spec.nope: field not declared in schema',
    ],
    [
      'a structure of another place',
      'Object{spec: Object.metadata{name: "x"}}',
      'type mismatch: unexpected type name "Object.metadata", expected "Object.spec", which matches field name path from root Object type',
    ],
  ])('does not apply a configuration with %s', async (_what, expression, why) => {
    await work.policy('Mutating', 'm', { matchConstraints: PODS, mutations: [apply(expression)] });
    await work.bind('Mutating', 'm');
    const { status, json } = await pod({ containers: [{ name: 'web', image: 'web:1' }] });
    expect([status, json.reason, json.message]).toEqual([403, 'Invalid', `policy 'm' with binding 'm' denied request: ${why}`]);
  });

  it.each([
    ['remove', '/data/none', "JSON Patch: error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value"],
    ['add', '/spec/x', 'JSON Patch: add operation does not apply: doc is missing path: "/spec/x": missing value'],
    ['fly', '/data/a', 'JSON Patch: Unexpected kind: fly'],
  ])('refuses a request to which its JSON patch %s %s does not apply', async (op, path, why) => {
    const { status, json } = await mutated([patch(`[JSONPatch{op: '${op}', path: '${path}', value: 'x'}]`)], { a: 'b' });
    expect([status, json.message]).toEqual([403, `policy 'm' with binding 'm' denied request: ${why}`]);
  });

  it('leaves an object as it is if a test of its JSON patch fails', async () => {
    const expression = "[JSONPatch{op: 'test', path: '/data/a', value: 'x'}, JSONPatch{op: 'remove', path: '/data/a'}]";
    expect((await mutated([patch(expression)], { a: 'b' })).json.data).toEqual({ a: 'b' });
  });

  it('is answered with an internal error if it makes an object that is none', async () => {
    const { status, json } = await mutated([patch("[JSONPatch{op: 'add', path: '/data/a', value: 5}]")], { a: 'b' });
    expect([status, json.message]).toEqual([
      500,
      'Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ]);
  });

  it('lets a request pass that it cannot change if it fails open', async () => {
    const { status, json } = await mutated([apply("Object{data: {'x': object.data.none}}")], { a: 'b' }, { failurePolicy: 'Ignore' });
    expect([status, json.data]).toEqual([201, { a: 'b' }]);
  });

  it('is applied once for each of its parameters, as they are now', async () => {
    await work.policy('Mutating', 'm', {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'no-params', expression: "!has(object.metadata.labels) || !('param' in object.metadata.labels)" }],
      mutations: [apply('Object{data: {params.metadata.name: params.data.value}}')],
    });
    await work.bind('Mutating', 'm', {
      paramRef: { selector: { matchLabels: { param: 'yes' } }, namespace: 'default', parameterNotFoundAction: 'Deny' },
    });
    const { json } = await work.configMap('early', {});
    expect(json.message).toBe(
      "policy 'm' with binding 'm' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    );
    const labels = { param: 'yes' };
    await server.objects.create({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }, {
      metadata: { name: 'p1', namespace: 'default', labels },
      data: { value: '1' },
    } as object);
    expect((await work.configMap('p2', { value: '2' }, { labels })).status).toBe(201);
    expect((await work.configMap('c', {})).json.data).toEqual({ p1: '1', p2: '2' });
  });

  it('is applied anew to what later policies have changed, if it asks for that', async () => {
    const count = (key: string) => patch(`[JSONPatch{op: 'add', path: '/data/${key}', value: object.data.?${key}.orValue('') + 'x'}]`);
    await work.policy('Mutating', 'a', { mutations: [count('a')], reinvocationPolicy: 'IfNeeded' });
    await work.bind('Mutating', 'a');
    expect((await work.configMap('alone', { k: 'v' })).json.data).toEqual({ a: 'x', k: 'v' });
    await work.policy('Mutating', 'b', { mutations: [count('b')], reinvocationPolicy: 'Never' });
    await work.bind('Mutating', 'b');
    expect((await work.configMap('both', { k: 'v' })).json.data).toEqual({ a: 'xx', b: 'x', k: 'v' });
  });

  it('mutates before objects are validated', async () => {
    const { status, json } = await mutated([apply("Object{metadata: Object.metadata{labels: {'bad label': 'x'}}}")], {});
    expect([status, json.message]).toEqual([422, expect.stringContaining('metadata.labels: Invalid value: "bad label"')]);
  });
});
