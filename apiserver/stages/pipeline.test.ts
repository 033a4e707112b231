import { afterEach, describe, expect, it } from '@jest/globals';
import { isKind } from '../../api/definition/kind.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import { kinds } from '../../api/kinds/index.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { AdmissionPlugin } from '../contract/admission.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract/authorizer.ts';
import type { Part } from '../contract/part.ts';
import { jsonResponse } from '../encode/encode.ts';
import { createResources } from '../resources.ts';
import type { ApiServer } from '../server.ts';
import { createApiServer } from '../server.ts';

let server: ApiServer;
afterEach(() => server.close());

async function start({ authorize }: Pick<Authorizer, 'authorize'>, part: Partial<Part> = {}) {
  const clock = createFakeClock();
  server = createApiServer({
    resources: createResources({ store: createMemoryStore(), kinds, clock, log: silentLogger, freeze: true }),
    authenticator: { authenticate: ({ headers }) => (headers.authorization ? { name: headers.authorization, groups: [] } : undefined) },
    authorizer: { authorize, rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: true }) },
    parts: [{ name: 'test', ...part }],
  });
  await server.ready;
  return async (method: string, target: string, body?: object, headers: Record<string, string> = { authorization: 'jane' }) => {
    const [path = '', query] = target.split('?');
    const response = await server.handle({
      method,
      path,
      query: new URLSearchParams(query),
      headers,
      signal: new AbortController().signal,
      ...(body ? { body: { bytes: Buffer.from(JSON.stringify(body)) } } : {}),
    });
    const text = response.body.kind === 'object' ? response.body.json() : response.body.kind === 'text' ? [...response.body.parts].join('') : '';
    return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
}

const everything: Pick<Authorizer, 'authorize'> = { authorize: () => ({ verdict: 'allow' }) };

describe('the stages of a request', () => {
  it('end at authentication for whom nobody knows', async () => {
    const ask = await start(everything);
    expect((await ask('GET', '/api/v1/pods', undefined, {})).json).toMatchObject({
      kind: 'Status',
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    });
  });

  it.each([
    [
      'GET',
      '/api/v1/namespaces/dev/pods',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "dev": because',
    ],
    ['GET', '/api/v1/pods?watch=true', 'pods is forbidden: User "jane" cannot watch resource "pods" in API group "" at the cluster scope: because'],
    [
      'PUT',
      '/apis/apps/v1/namespaces/dev/deployments/d/scale',
      'deployments.apps "d" is forbidden: User "jane" cannot update resource "deployments/scale" in API group "apps" in the namespace "dev": because',
    ],
    [
      'DELETE',
      '/api/v1/namespaces/dev',
      'namespaces "dev" is forbidden: User "jane" cannot delete resource "namespaces" in API group "" in the namespace "dev": because',
    ],
    [
      'DELETE',
      '/api/v1/namespaces/dev/configmaps',
      'configmaps is forbidden: User "jane" cannot deletecollection resource "configmaps" in API group "" in the namespace "dev": because',
    ],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics": because'],
  ])('end at authorisation with who may not do what: %s %s', async (method, target, message) => {
    const routes = [{ path: '/metrics', handle: () => jsonResponse(200, {}) }];
    const ask = await start({ authorize: () => ({ verdict: 'deny', reason: 'because' }) }, { routes });
    const { status, json } = await ask(method, target);
    expect({ status, message: json.message }).toEqual({ status: 403, message });
  });

  it('ask for authorisation with what the path says', async () => {
    const seen: AuthorizationAttributes[] = [];
    const ask = await start({ authorize: (attributes) => ({ verdict: seen.push(attributes) > 0 ? 'allow' : 'deny' }) });
    await ask(
      'PATCH',
      '/apis/apps/v1/namespaces/dev/deployments/d%2De/status',
      {},
      { authorization: 'jane', 'content-type': 'application/merge-patch+json' },
    );
    expect(seen).toMatchObject([
      {
        isResource: true,
        verb: 'patch',
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        subresource: 'status',
        namespace: 'dev',
        name: 'd-e',
      },
    ]);
  });

  it('serve paths that are no resources, exactly and below a prefix, open ones to everybody known', async () => {
    const routes = [
      { path: '/version', open: true, handle: () => jsonResponse(200, { version: true }) },
      { path: '/docs/*', open: true, handle: ({ path }: { path: string }) => (path.endsWith('/none') ? undefined : jsonResponse(200, { path })) },
    ];
    const ask = await start({ authorize: ({ isResource }) => ({ verdict: isResource ? 'allow' : 'no opinion' }) }, { routes });
    expect((await ask('GET', '/version')).json).toEqual({ version: true });
    expect((await ask('GET', '/docs/a/b')).json).toEqual({ path: '/docs/a/b' });
    expect((await ask('GET', '/docs')).status).toBe(403);
  });

  it.each([
    ['GET', '/nothing', 404, '404 page not found'],
    ['GET', '/api/v1/gadgets', 404, 'could not find the requested resource'],
    ['GET', '/apis/nowhere/v1/things', 404, '404 page not found'],
    ['GET', '/api/v1/namespaces/dev/pods/p/none', 404, 'could not find the requested resource'],
    ['GET', '/api/v1/namespaces/dev/nodes', 404, 'could not find the requested resource'],
    ['POST', '/api/v1/namespaces/dev/pods/p', 405, 'does not allow this method'],
    ['PUT', '/api/v1/namespaces/dev/pods', 405, 'does not allow this method'],
    ['DELETE', '/api/v1/namespaces', 405, 'does not allow this method'],
    ['DELETE', '/api/v1/namespaces/dev/pods/p/status', 405, 'does not allow this method'],
  ])('answer %s %s with %i', async (method, target, code, message) => {
    const { status, text } = await (await start(everything))(method, target, method === 'GET' ? undefined : {});
    expect(status).toBe(code);
    expect(text).toContain(message);
  });

  it('answer 500 with a Status for what nobody foresaw', async () => {
    const broken: AdmissionPlugin = { name: 'broken', admit: () => Promise.reject(new Error('a bug')) };
    const ask = await start(everything, { plugins: [broken] });
    expect((await ask('POST', '/api/v1/namespaces', { metadata: { name: 'a' } })).json).toMatchObject({
      code: 500,
      reason: 'InternalError',
      message: 'Internal error occurred: a bug',
    });
  });
});

describe('admission', () => {
  it('changes objects, refuses them, warns, and hears how each write ended', async () => {
    const settled: string[] = [];
    const plugin: AdmissionPlugin = {
      name: 'test',
      handles: (kind, _subresource, verb) => isKind(kind, namespaces) && verb !== 'connect',
      admit({ object, verb, key, onSettled }) {
        onSettled((committed) => settled.push(`${verb} ${key.name} ${committed}`));
        if (object?.metadata) object.metadata.labels = { ...object.metadata.labels, admitted: 'yes' };
      },
      validate({ object, warn }) {
        warn('careful');
        if (object?.metadata?.name === 'bad') throw errors.forbidden({ group: '', plural: 'namespaces', kind: 'Namespace' }, 'bad', 'not here');
      },
    };
    const ask = await start(everything, { plugins: [plugin] });
    expect((await ask('POST', '/api/v1/namespaces', { metadata: { name: 'good' } })).json.metadata.labels.admitted).toBe('yes');
    expect((await ask('POST', '/api/v1/namespaces', { metadata: { name: 'bad' } })).status).toBe(403);
    expect((await ask('POST', '/api/v1/namespaces?dryRun=All', { metadata: { name: 'dry' } })).status).toBe(201);
    expect((await ask('POST', '/api/v1/namespaces', { metadata: { name: 'good' } })).status).toBe(409);
    expect(settled).toEqual(['create good true', 'create bad false', 'create dry false', 'create good false']);
  });
});

describe('versions that nobody should use any more', () => {
  it.each([
    ['/api/v1/endpoints', ['299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"']],
    [
      '/apis/apps/v1beta2/namespaces/default/deployments/absent',
      ['299 - "apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment"'],
    ],
    ['/apis/apps/v1/deployments', undefined],
  ])('say so in every answer: %s', async (path, expected) => {
    const ask = await start({ authorize: () => ({ verdict: 'allow' }) });
    expect((await ask('GET', path)).headers.warning).toEqual(expected);
  });
});
