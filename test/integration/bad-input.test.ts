import { beforeAll, describe, expect, it } from '@jest/globals';
import { refuses } from '../support/http/refusals.ts';
import { ANCHOR, MAPS, unharmedServer } from '../support/http/unharmed-server.ts';
import { deployment, service } from '../support/manifests.ts';

const raw = unharmedServer();
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SERVICES = '/api/v1/namespaces/default/services';
const YAML = { 'content-type': 'application/yaml' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const withReplicas = (number: string) => JSON.stringify(deployment('bad', 1)).replace('"replicas":1', `"replicas":${number}`);

describe('a body is refused, with what is wrong with it', () => {
  refuses(raw, { method: 'POST', path: MAPS }, [
    { what: 'none', code: 400, message: /must have a body/ },
    { what: 'truncated JSON', body: '{"metadata":{"name":"x"', code: 400, message: /not valid JSON: unexpected end of JSON input/ },
    {
      what: 'truncated YAML',
      body: 'metadata:\n  name: "x',
      headers: YAML,
      code: 400,
      message: /not valid YAML: yaml: line 2: unexpected end of the stream within a double quoted scalar/,
    },
    {
      what: 'YAML with tabs',
      body: 'metadata:\n\tname: x',
      headers: YAML,
      code: 400,
      message: /not valid YAML: yaml: line 2: tab characters must not be used in indentation/,
    },
    {
      what: 'YAML that is no UTF-8',
      body: Buffer.from([0x61, 0x3a, 0x20, 0xff]),
      headers: YAML,
      code: 400,
      message: /not valid YAML: it is not UTF-8/,
    },
    { what: 'a list', body: [], code: 400, message: /json: cannot unmarshal array/ },
    { what: 'a string', body: '"x"', code: 400, message: /json: cannot unmarshal string/ },
    { what: 'another kind', body: { apiVersion: 'v1', kind: 'Pod' }, code: 400, message: /^Pod in version "v1" cannot be handled as a ConfigMap/ },
    {
      what: 'a kind that is a number',
      body: { apiVersion: 'v1', kind: 5 },
      code: 400,
      message: /cannot unmarshal number into Go struct field \.kind/,
    },
    { what: 'no metadata', body: {}, code: 422, message: /metadata\.name: Required value: name or generateName is required/ },
    {
      what: 'a bad name',
      body: { metadata: { name: 'Bad_Name' } },
      code: 422,
      message: /metadata\.name: Invalid value: "Bad_Name": .*RFC 1123 subdomain/,
    },
    { what: 'a name that is a path', body: { metadata: { name: '../x' } }, code: 422, message: /metadata\.name: Invalid value: "\.\.\/x"/ },
    { what: 'a name too long', body: { metadata: { name: 'a'.repeat(254) } }, code: 422, message: /must be no more than 253 characters/ },
    {
      what: 'another namespace',
      body: { metadata: { name: 'x', namespace: 'other' } },
      code: 400,
      message: /namespace of the provided object does not match/,
    },
    {
      what: 'values of another type',
      body: { metadata: { name: 'x' }, data: { a: 1 } },
      code: 400,
      message: /cannot unmarshal number into Go struct field ConfigMap\.data/,
    },
    { what: 'deep nesting', body: nested(100_000), code: 400, message: /exceeded max depth/ },
    { what: 'deep lists', body: `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, code: 400, message: /exceeded max depth/ },
    { what: 'deep YAML', body: `x: ${'['.repeat(100_000)}`, headers: YAML, code: 400, message: /exceeded max depth/ },
    {
      what: 'YAML that multiplies',
      body: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[i]}`)}]\n`).join('')}`,
      headers: YAML,
      code: 400,
      message: /document contains excessive aliasing/,
    },
    { what: 'more than 3 MiB', body: 'x'.repeat(4 * 2 ** 20), code: 413, message: /Request entity too large: limit is 3145728/ },
    {
      what: 'broken Protobuf',
      body: Buffer.from([0x6b, 0x38, 0x73, 0, 1, 2, 255]),
      headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
      code: 400,
      message: /must be of type ConfigMap\): proto: illegal tag/,
    },
    {
      what: 'an unknown media type',
      body: '<a/>',
      headers: { 'content-type': 'application/xml' },
      code: 415,
      message: /unknown format - accepted media types include: application\/json/,
    },
  ]);

  it('bytes that are no UTF-8 in JSON become U+FFFD, as upstream', async () => {
    const body = Buffer.concat([Buffer.from('{"metadata":{"name":"x"},"data":{"a":"'), Buffer.from([0xff]), Buffer.from('"}}')]);
    expect((await raw().ask('POST', `${MAPS}?dryRun=All`, body)).json.data).toEqual({ a: '\ufffd' });
  });
});

describe('fields are refused by their path', () => {
  refuses(raw, { method: 'POST', path: DEPLOYMENTS }, [
    {
      what: 'a wrong type',
      body: withReplicas('"three"'),
      code: 400,
      message: /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32/,
    },
    {
      what: 'a negative number',
      body: withReplicas('-1'),
      code: 422,
      message: /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
    },
    {
      what: 'a number beyond its type',
      body: withReplicas('3000000000'),
      code: 400,
      message: /cannot unmarshal number 3000000000 .*spec\.replicas of type int32/,
    },
    { what: 'a fraction', body: withReplicas('1.5'), code: 400, message: /cannot unmarshal number 1\.5 .*spec\.replicas/ },
    { what: 'a number beyond all', body: withReplicas('1e400'), code: 400, message: /spec\.replicas of type int32/ },
    {
      what: 'no spec',
      body: { metadata: { name: 'bad' } },
      code: 422,
      message: /spec\.selector: Required value.*spec\.template\.spec\.containers: Required value/,
    },
    {
      what: 'a selector that does not match',
      body: deployment('bad', 1, { selector: { matchLabels: { app: 'x' } } }),
      code: 422,
      message: /`selector` does not match template `labels`/,
    },
    {
      what: 'a taken node port',
      path: SERVICES,
      body: service('second', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_777 }] }),
      code: 422,
      message: /spec\.ports\[0\]\.nodePort: Invalid value: 30777: provided port is already allocated/,
    },
  ]);
  beforeAll(async () => {
    await raw().ask('POST', SERVICES, service('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_777 }] }));
  });

  const unknown = deployment('unknown', 1, { replicsa: 3 });
  it.each([
    ['Strict', 400, ''],
    ['Warn', 201, '299 - "unknown field \\"spec.replicsa\\""'],
    ['Ignore', 201, ''],
  ])('an unknown one, by the validation that is asked for: %s', async (validation, code, warnings) => {
    const answer = await raw().ask('POST', `${DEPLOYMENTS}?dryRun=All&fieldValidation=${validation}`, unknown);
    expect(answer).toMatchObject({ code, warnings });
    if (code === 400) expect(answer.message).toMatch(/strict decoding error: unknown field "spec\.replicsa"/);
    else expect(answer.json.spec).not.toHaveProperty('replicsa');
  });

  it.each([
    ['JSON', '{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}', {}, 'duplicate field "data.a"', '299 - "duplicate field \\"data.a\\""'],
    // A warning with a line break fits into no header: it is dropped, as upstream does.
    ['YAML', 'metadata:\n  name: x\ndata:\n  a: "1"\n  a: "2"\n', YAML, 'yaml: unmarshal errors:\n  line 5: key "a" already set in map', ''],
  ])('a key that stands twice in %s', async (_form, body, headers, problem, warnings) => {
    const strict = await raw().ask('POST', `${MAPS}?dryRun=All&fieldValidation=Strict`, body, headers);
    expect(strict).toMatchObject({ code: 400, message: expect.stringContaining(`strict decoding error: ${problem}`) });
    const warned = await raw().ask('POST', `${MAPS}?dryRun=All`, body, headers);
    expect(warned).toMatchObject({ code: 201, warnings, json: { data: { a: '2' } } });
  });
});

describe('a patch is refused', () => {
  const operations = (...list: readonly object[]) => JSON.stringify(list);
  refuses(raw, { method: 'PATCH', path: ANCHOR }, [
    { what: 'of no known type', body: '{}', code: 415, message: /415: Unsupported Media Type/ },
    { what: 'that is empty', body: '', headers: MERGE_PATCH, code: 400, message: /error decoding patch/ },
    { what: 'that is truncated', body: '{"data":', headers: MERGE_PATCH, code: 400, message: /error decoding patch: unexpected end of JSON input/ },
    { what: 'that is no list of operations', body: '{}', headers: JSON_PATCH, code: 400, message: /cannot unmarshal object into Go value of type/ },
    {
      what: 'whose test fails',
      body: operations({ op: 'test', path: '/data/key', value: 'x' }, { op: 'remove', path: '/data' }),
      headers: JSON_PATCH,
      code: 422,
      message: /the server rejected our request due to an error in our request/,
    },
    {
      what: 'whose path is missing',
      body: operations({ op: 'replace', path: '/none/key', value: 'x' }),
      headers: JSON_PATCH,
      code: 422,
      message: /the server rejected our request due to an error in our request/,
    },
    {
      what: 'with an unknown operation',
      body: operations({ op: 'zap', path: '/data' }),
      headers: JSON_PATCH,
      code: 422,
      message: /the server rejected our request due to an error in our request/,
    },
    {
      what: 'to a prototype',
      body: operations({ op: 'add', path: '/__proto__/polluted', value: 1 }),
      headers: JSON_PATCH,
      code: 422,
      message: /the server rejected our request due to an error in our request/,
    },
    {
      what: 'with too many operations',
      body: operations(...Array(10_001).fill({ op: 'test', path: '/kind', value: 'ConfigMap' })),
      headers: JSON_PATCH,
      code: 413,
      message: /maximum operations in a JSON patch is 10000, got 10001/,
    },
    { what: 'that merges a list', body: '[]', headers: MERGE_PATCH, code: 400, message: /must be an object/ },
    {
      what: 'that mistypes a field',
      body: '{"data":{"key":1}}',
      headers: MERGE_PATCH,
      code: 422,
      message: /cannot unmarshal number into Go struct field ConfigMap\.data/,
    },
    {
      what: 'that changes the name',
      body: '{"metadata":{"name":"other"}}',
      headers: MERGE_PATCH,
      code: 400,
      message: /name of the object \(other\) does not match the name on the URL/,
    },
    {
      what: 'that changes the kind',
      body: '{"kind":"Pod"}',
      headers: MERGE_PATCH,
      code: 422,
      message: /no kind "Pod" is registered for version "v1"/,
    },
    {
      what: 'of a version that has passed',
      body: '{"metadata":{"resourceVersion":"1"}}',
      headers: MERGE_PATCH,
      code: 409,
      message: /the object has been modified/,
    },
    { what: 'that nests deep, merged', body: nested(100_000), headers: MERGE_PATCH, code: 400, message: /exceeded max depth/ },
    { what: 'that nests deep, strategic', body: nested(100_000), headers: STRATEGIC, code: 400, message: /exceeded max depth/ },
    {
      what: 'that nests deep, in an operation',
      body: `[{"op":"add","path":"/data","value":${nested(100_000)}}]`,
      headers: JSON_PATCH,
      code: 400,
      message: /exceeded max depth/,
    },
    {
      what: 'that applies without a manager',
      body: '{"apiVersion":"v1","kind":"ConfigMap"}',
      headers: APPLY,
      code: 422,
      message: /fieldManager: Required value/,
    },
    {
      what: 'that applies another kind',
      path: `${ANCHOR}?fieldManager=me`,
      body: '{"apiVersion":"v1","kind":"Pod"}',
      headers: APPLY,
      code: 400,
      message: /invalid object type: \/v1, Kind=Pod/,
    },
    { what: 'to what is not there', path: `${MAPS}/none`, body: '{}', headers: MERGE_PATCH, code: 404, message: /configmaps "none" not found/ },
  ]);
});
