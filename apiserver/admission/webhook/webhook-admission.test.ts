import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Exchange } from '../../contract/stage.ts';
import type { MetricsRegistries } from '../../metrics/metrics-registries.ts';
import { metricsRegistries } from '../../metrics/metrics-registries.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';
import type { WebhookHandler, WebhookServer } from '../../webhook/webhook-server.fixture.ts';
import { allowed, patched, reviewed, startWebhookServer } from '../../webhook/webhook-server.fixture.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: object = {}, labels: object = {}) => ({ metadata: { name, labels }, data });
const CREATES = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] };

let api: TestServer;
let hook: WebhookServer;
let metrics: MetricsRegistries;
let exchanges: Exchange[];
beforeEach(async () => {
  exchanges = [];
  metrics = metricsRegistries();
  const observer = { name: 'test', loopback: true, finished: (exchange: Exchange) => void exchanges.push(exchange) };
  // Connections to pods are refused before any agent is asked.
  const options = { metrics, kubelet: { certificate: '', key: '', ca: '' }, parts: [{ name: 'test', observers: [observer] }] };
  [api, hook] = await Promise.all([startTestServer(options), startWebhookServer(allowed)]);
});
afterEach(async () => {
  await api.stop();
  await hook.close();
});

/** Configures one webhook of the server in this process, or several. */
async function configure(kind: 'Mutating' | 'Validating', name: string, ...hooks: readonly object[]): Promise<void> {
  const webhooks = (hooks.length === 0 ? [{}] : hooks).map((own, i) => ({
    name: `hook${i}.${name}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { url: `${hook.url}/${name}/${i}`, caBundle: hook.caBundle },
    rules: [CREATES],
    ...own,
  }));
  const answer = await api.ask('POST', `${GROUP}/${kind.toLowerCase()}webhookconfigurations`, { body: { metadata: { name }, webhooks } });
  expect(answer.status).toBe(201);
}

const answers = (handler: WebhookHandler) => {
  hook.state.handler = handler;
};
const create = (name: string, data: object = {}, labels: object = {}) => api.ask('POST', CONFIG_MAPS, { body: configMap(name, data, labels) });

describe('a validating webhook', () => {
  it('is told the request in full', async () => {
    await configure('Validating', 'v');
    await api.ask('POST', `${CONFIG_MAPS}?fieldManager=me&dryRun=All`, { body: configMap('a', { x: 'y' }) });
    expect(hook.state.paths).toEqual(['/v/0?timeout=10s']);
    expect(hook.state.reviews).toMatchObject([
      {
        kind: 'AdmissionReview',
        apiVersion: 'admission.k8s.io/v1',
        request: {
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          kind: { group: '', version: 'v1', kind: 'ConfigMap' },
          resource: { group: '', version: 'v1', resource: 'configmaps' },
          requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
          requestResource: { group: '', version: 'v1', resource: 'configmaps' },
          name: 'a',
          namespace: 'default',
          operation: 'CREATE',
          userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
          object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: 'default', uid: expect.any(String) }, data: { x: 'y' } },
          oldObject: null,
          dryRun: true,
          options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'], fieldManager: 'me' },
        },
      },
    ]);
  });

  it.each([
    ['a message', { message: 'not today' }, 400, undefined, 'not today'],
    ['a reason alone', { reason: 'Because' }, 400, 'Because', 'Because'],
    ['a code', { code: 409, reason: 'Conflict', message: 'taken', status: 'Failure' }, 409, 'Conflict', 'taken'],
    ['a code of success', { code: 200, message: 'no' }, 400, undefined, 'no'],
  ])('refuses with %s', async (_what, status, code, reason, text) => {
    await configure('Validating', 'v');
    answers((review) => reviewed(review, { allowed: false, status }));
    const { json } = await create('a');
    expect(json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `admission webhook "hook0.v.example.com" denied the request: ${text}`,
      ...(reason ? { reason } : {}),
      code,
    });
  });

  it('refuses without explanation', async () => {
    await configure('Validating', 'v');
    answers((review) => reviewed(review, { allowed: false }));
    const { status, json } = await create('a');
    expect([status, json.message]).toEqual([400, 'admission webhook "hook0.v.example.com" denied the request without explanation']);
  });

  it('sees the object as the mutating ones left it, and its deletion with the old object', async () => {
    await configure('Validating', 'v', { rules: [{ ...CREATES, operations: ['CREATE', 'DELETE'] }] });
    await configure('Mutating', 'm');
    answers((review, path) => (path.startsWith('/m') ? patched(review, [{ op: 'add', path: '/data', value: { added: 'yes' } }]) : allowed(review)));
    await create('a');
    await api.ask('DELETE', `${CONFIG_MAPS}/a`);
    const [, seen, deletion] = hook.state.reviews;
    expect(seen.request.object.data).toEqual({ added: 'yes' });
    expect(deletion.request).toMatchObject({ operation: 'DELETE', name: 'a', object: null, oldObject: { data: { added: 'yes' } } });
    expect(deletion.request.options).toMatchObject({ kind: 'DeleteOptions' });
  });

  it('runs beside others; the request waits for all', async () => {
    await configure('Validating', 'v', {}, {});
    const both = Promise.withResolvers<void>();
    answers(async (review, path) => {
      if (hook.state.reviews.length === 2) both.resolve();
      await both.promise;
      return path.startsWith('/v/1') ? reviewed(review, { allowed: false, status: { message: 'no' } }) : allowed(review);
    });
    expect((await create('a')).json.message).toBe('admission webhook "hook1.v.example.com" denied the request: no');
  });

  it('passes warnings on, and takes effect and ends at once', async () => {
    await configure('Validating', 'v');
    answers((review) => reviewed(review, { allowed: true, warnings: ['look out'] }));
    expect((await create('a')).headers.warning).toEqual(expect.arrayContaining(['299 - "look out"']));
    await api.ask('DELETE', `${GROUP}/validatingwebhookconfigurations/v`);
    expect((await create('b')).headers.warning).toBeUndefined();
    expect(hook.state.reviews).toHaveLength(1);
  });

  it('cannot see, let alone refuse, the objects that configure admission', async () => {
    await configure('Validating', 'v', { rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] }] });
    answers((review) => reviewed(review, { allowed: false }));
    expect((await api.ask('DELETE', `${GROUP}/validatingwebhookconfigurations/v`)).status).toBe(200);
    expect(hook.state.reviews).toEqual([]);
  });
});

describe('a webhook that cannot be called', () => {
  it.each([
    ['fails closed', 'Fail', 500],
    ['fails open', 'Ignore', 201],
  ])('%s', async (_what, failurePolicy, status) => {
    await configure('Validating', 'v', { failurePolicy, clientConfig: { url: 'https://127.0.0.1:1/x' } });
    await configure('Mutating', 'm', { failurePolicy, clientConfig: { url: 'https://127.0.0.1:1/x' } });
    const answer = await create('a');
    expect(answer.status).toBe(status);
    if (status === 500) {
      const why =
        'failed calling webhook "hook0.m.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused';
      expect(answer.json).toMatchObject({
        reason: 'InternalError',
        message: `Internal error occurred: ${why}`,
        details: { causes: [{ message: why }] },
      });
    }
  });

  it.each([
    ['an authority that is not trusted', { caBundle: undefined }, /x509: certificate signed by unknown authority$/],
    ['a name that the certificate is not for', { url: 'elsewhere' }, /x509: certificate is valid for 127\.0\.0\.1, not localhost$/],
  ])('says so: %s', async (_what, { url, ...own }: { url?: string; caBundle?: undefined }, text) => {
    const other = await startWebhookServer(allowed, { names: [] });
    try {
      const at = url ? `https://localhost:${other.port}` : other.url;
      await configure('Validating', 'v', { clientConfig: { url: at, caBundle: other.caBundle, ...own } });
      expect((await create('a')).json.message).toMatch(text);
    } finally {
      await other.close();
    }
  });

  it.each([
    [
      'a code',
      { code: 404, contentType: 'text/plain', body: 'nothing here' },
      'failed to call webhook: the server could not find the requested resource',
    ],
    [
      'an internal error',
      { code: 500, contentType: 'text/plain', body: 'oh' },
      'failed to call webhook: an error on the server ("oh") has prevented the request from succeeding',
    ],
    ['a Status', { code: 403, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'go away' } }, 'failed to call webhook: go away'],
    [
      'no response',
      { body: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' } },
      'received invalid webhook response: webhook response was absent',
    ],
  ])('says what it answered: %s', async (_what, answer, text) => {
    await configure('Validating', 'v');
    answers(() => answer);
    expect((await create('a')).json.message).toBe(`Internal error occurred: failed calling webhook "hook0.v.example.com": ${text}`);
  });

  it.each([
    ['another uid', { uid: 'x', allowed: true }, /^expected response\.uid="[0-9a-f-]{36}", got "x"$/],
    [
      'a patch from a validating one',
      { allowed: true, patch: 'W10=', patchType: 'JSONPatch' },
      /^validating webhook may not return response\.patch$/,
    ],
    ['a mistyped field', { allowed: 'yes' }, /cannot unmarshal string into Go struct field AdmissionResponse\.response\.allowed of type bool/],
  ])('says what is wrong with the answer: %s', async (_what, response, text) => {
    await configure('Validating', 'v');
    answers((review) => reviewed(review, response));
    const { message } = (await create('a')).json;
    expect(message.replace('Internal error occurred: failed calling webhook "hook0.v.example.com": received invalid webhook response: ', '')).toMatch(
      text,
    );
  });

  it('is given up after its time', async () => {
    await configure('Validating', 'v', { timeoutSeconds: 1 });
    answers(() => new Promise(() => {}));
    expect((await create('a')).json.message).toMatch(/Post "https:\/\/127\.0\.0\.1:\d+\/v\/0\?timeout=1s": context deadline exceeded$/);
  });
});

describe('mutating webhooks', () => {
  it('patch one after the other, by name, and their patches are decoded', async () => {
    await configure('Mutating', 'b');
    await configure('Mutating', 'a');
    answers((review, path) =>
      patched(review, [
        { op: 'add', path: '/data/order', value: `${review.request.object.data.order ?? ''}${path.slice(1, 2)}` },
        { op: 'add', path: '/unknown', value: true },
      ]),
    );
    const { json } = await create('x', { kept: 'yes' });
    expect(json.data).toEqual({ kept: 'yes', order: 'ab' });
    expect(json).not.toHaveProperty('unknown');
  });

  it('are called again if the object changed after them and they want it, once', async () => {
    await configure('Mutating', 'a', { reinvocationPolicy: 'IfNeeded' }, { reinvocationPolicy: 'Never' });
    await configure('Mutating', 'b');
    answers((review, path) => {
      const { data = {} } = review.request.object;
      if (path.startsWith('/b')) return data.b ? allowed(review) : patched(review, [{ op: 'add', path: '/data/b', value: 'yes' }]);
      return allowed(review);
    });
    await create('x', { a: '1' });
    expect(hook.state.paths.map((path) => path.slice(0, 4))).toEqual(['/a/0', '/a/1', '/b/0', '/a/0']);
  });

  it('leave the fields that they change without an owner', async () => {
    await create('x', { a: '1' });
    await configure('Mutating', 'm', { rules: [{ ...CREATES, operations: ['UPDATE'] }] });
    answers((review) => patched(review, [{ op: 'add', path: '/data/hook', value: 'y' }]));
    const { json } = await api.ask('PUT', `${CONFIG_MAPS}/x?fieldManager=me`, { body: configMap('x', { a: '2', b: '3' }) });
    expect(json.data).toEqual({ a: '2', b: '3', hook: 'y' });
    const owned = json.metadata.managedFields.find(({ manager }: { manager: string }) => manager === 'me');
    expect(Object.keys(owned.fieldsV1['f:data'])).toEqual(['f:a', 'f:b']);
  });

  it('must answer with a patch that applies', async () => {
    await configure('Mutating', 'm');
    answers((review) => patched(review, [{ op: 'remove', path: '/data/none' }]));
    expect((await create('x', { a: '1' })).json).toMatchObject({
      code: 500,
      reason: 'InternalError',
      message: expect.stringMatching(/^Internal error occurred: error in remove for path: '\/data\/none'/),
    });
  });

  it('cannot change what is deleted', async () => {
    await create('x');
    await configure('Mutating', 'm', { rules: [{ ...CREATES, operations: ['DELETE'] }] });
    answers((review) => patched(review, [{ op: 'add', path: '/data', value: {} }]));
    expect((await api.ask('DELETE', `${CONFIG_MAPS}/x`)).json.message).toBe(
      'Internal error occurred: admission webhook "hook0.m.example.com" attempted to modify the object, which is not supported for this operation',
    );
  });
});

describe('the rules of a webhook', () => {
  const called = () => hook.state.reviews.length > 0;

  it.each([
    ['matchLabels', { matchLabels: { on: 'yes' } }, { on: 'yes' }, true],
    ['matchLabels', { matchLabels: { on: 'yes' } }, {}, false],
  ])('select objects by %s', async (_what, objectSelector, labels, isCalled) => {
    await configure('Validating', 'v', { objectSelector });
    await create('a', {}, labels);
    expect(called()).toBe(isCalled);
  });

  it('select by the labels of the object before the change too', async () => {
    await create('a', {}, { on: 'yes' });
    await configure('Validating', 'v', { objectSelector: { matchLabels: { on: 'yes' } }, rules: [{ ...CREATES, operations: ['UPDATE'] }] });
    await api.ask('PUT', `${CONFIG_MAPS}/a`, { body: configMap('a') });
    expect(hook.state.reviews).toMatchObject([{ request: { operation: 'UPDATE', oldObject: { metadata: { labels: { on: 'yes' } } } } }]);
  });

  it('select namespaces by their labels, and a Namespace by those that it will have', async () => {
    const rules = [CREATES, { ...CREATES, resources: ['namespaces'] }];
    await configure('Validating', 'v', { rules, namespaceSelector: { matchLabels: { on: 'yes' } } });
    await create('a');
    expect(called()).toBe(false);
    await api.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'watched', labels: { on: 'yes' } } } });
    await api.ask('POST', '/api/v1/namespaces/watched/configmaps', { body: configMap('a') });
    expect(hook.state.reviews.map(({ request }) => [request.resource.resource, request.namespace])).toEqual([
      ['namespaces', 'watched'],
      ['configmaps', 'watched'],
    ]);
  });

  it.each([
    ['Equivalent', 1, { version: 'v1beta2' }],
    ['Exact', 0, undefined],
  ])('match other versions of the resource: %s', async (matchPolicy, calls, shown) => {
    const rule = { apiGroups: ['apps'], apiVersions: ['v1beta2'], resources: ['deployments'], operations: ['CREATE'] };
    await configure('Validating', 'v', { matchPolicy, rules: [rule] });
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await api.ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
      body: { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } },
    });
    expect(hook.state.reviews).toHaveLength(calls);
    if (shown) {
      expect(hook.state.reviews[0].request).toMatchObject({
        kind: { group: 'apps', version: 'v1beta2' },
        requestKind: { group: 'apps', version: 'v1' },
        object: { apiVersion: 'apps/v1beta2' },
      });
    }
  });

  it('match subresources: a Scale', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    await api.ask('POST', deployments, { body: { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } } });
    await configure('Mutating', 'm', { rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments/scale'], operations: ['*'] }] });
    answers((review) => patched(review, [{ op: 'replace', path: '/spec/replicas', value: 7 }]));
    const { json } = await api.ask('PUT', `${deployments}/d/scale`, {
      body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd', namespace: 'default' }, spec: { replicas: 3 } },
    });
    expect(hook.state.reviews[0].request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      subResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 3 } },
      oldObject: { kind: 'Scale', spec: { replicas: 1 } },
    });
    expect(json.spec.replicas).toBe(7);
  });
});

it('can refuse a connection to a pod by the options of the request', async () => {
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods/attach'], operations: ['CONNECT'] };
  await configure('Validating', 'v', { rules: [rule] });
  await api.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  await api.ask('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } } });
  answers((review) => reviewed(review, { allowed: false, status: { message: 'no' } }));
  const { json } = await api.ask('POST', '/api/v1/namespaces/default/pods/p/attach?stdin=true&stderr=false&container=c');
  expect(json.message).toBe('admission webhook "hook0.v.example.com" denied the request: no');
  expect(hook.state.reviews).toMatchObject([
    {
      request: {
        kind: { group: '', version: 'v1', kind: 'PodAttachOptions' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        subResource: 'attach',
        name: 'p',
        namespace: 'default',
        operation: 'CONNECT',
        object: { kind: 'PodAttachOptions', apiVersion: 'v1', stdin: true, stdout: true, container: 'c' },
        oldObject: null,
        options: null,
      },
    },
  ]);
});

describe('the audit annotations of webhooks', () => {
  it('are those of their answers, and of what they changed', async () => {
    await configure('Mutating', 'm');
    answers((review) => ({
      body: {
        ...review,
        response: {
          uid: review.request.uid,
          allowed: true,
          patchType: 'JSONPatch',
          patch: Buffer.from('[{"op":"add","path":"/data/x","value":"y"}]').toString('base64'),
          auditAnnotations: { seen: 'yes', 'not/a/key': 'dropped' },
        },
      },
    }));
    await create('a', { some: 'thing' });
    const seen = exchanges.at(-1);
    expect(seen?.annotations).toMatchObject({
      'hook0.m.example.com/seen': 'yes',
      'mutation.webhook.admission.k8s.io/round_0_index_0': '{"configuration":"m","webhook":"hook0.m.example.com","mutated":true}',
    });
    expect(Object.keys(seen?.annotations ?? {})).not.toContainEqual(expect.stringContaining('not/a/key'));
    expect(seen?.requestAnnotations).toEqual({
      'patch.webhook.admission.k8s.io/round_0_index_0':
        '{"configuration":"m","webhook":"hook0.m.example.com","patch":[{"op":"add","path":"/data/x","value":"y"}],"patchType":"JSONPatch"}',
    });
  });

  it('tell of webhooks that failed open', async () => {
    await configure('Mutating', 'm', { failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1' } });
    await configure('Validating', 'v', { failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1' } });
    await create('a');
    expect(exchanges.at(-1)?.annotations).toMatchObject({
      'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0': 'hook0.m.example.com',
      'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'hook0.v.example.com',
    });
  });
});

describe('the match conditions of a webhook', () => {
  const condition = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] });

  it.each([
    ["object.data.on == 'yes'", { on: 'yes' }, 1],
    ["object.data.on == 'yes'", { on: 'no' }, 0],
    ["request.operation == 'CREATE' && request.userInfo.username == 'kubernetes-admin'", {}, 1],
    ["authorizer.group('').resource('pods').check('create').allowed()", {}, 1],
  ])('decide whether it is called: %s', async (expression, data, calls) => {
    await configure('Validating', 'v', condition(expression));
    expect((await create('a', data)).status).toBe(201);
    expect(hook.state.reviews).toHaveLength(calls);
  });

  it.each([
    ['Fail', 403],
    ['Ignore', 201],
  ])('that cannot be evaluated go by the failure policy: %s', async (failurePolicy, status) => {
    await configure('Validating', 'v', { ...condition("object.data.none == 'x'"), failurePolicy });
    const answer = await create('a', { some: 'thing' });
    expect([answer.status, hook.state.reviews]).toEqual([status, []]);
    if (status === 403) {
      expect(answer.json.message).toBe(`configmaps "a" is forbidden: expression 'object.data.none == 'x'' resulted in error: no such key: none`);
    }
  });

  it('are timed and counted under upstream’s names', async () => {
    await configure('Validating', 'v', condition("object.data.on == 'yes'"));
    for (const data of [{ on: 'yes' }, { on: 'no' }, { some: 'thing' }]) await create(`c${Object.values(data)[0]}`, data);
    const prefix = 'apiserver_admission_match_condition_';
    const labels = '{name="hook0.v.example.com",kind="webhook",type="validating",operation="CREATE"}';
    const text = await metrics.text();
    expect(text).toContain(`${prefix}evaluation_seconds_count${labels} 3`);
    expect(text).toContain(`${prefix}exclusions_total${labels} 1`);
    expect(text).toContain(`${prefix}evaluation_errors_total${labels} 1`);
  });

  it('are compiled when the configuration is written', async () => {
    const webhook = {
      name: 'a.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: 'https://example.com' },
      ...condition('other'),
    };
    const { status, json } = await api.ask('POST', `${GROUP}/mutatingwebhookconfigurations`, {
      body: { metadata: { name: 'm' }, webhooks: [webhook] },
    });
    expect([status, json.details.causes[0].field]).toEqual([422, 'webhooks[0].matchConditions[0].expression']);
    expect(json.message).toContain("compilation failed: ERROR: <input>:1:1: undeclared reference to 'other' (in container '')");
  });
});

it('counts calls, rejections and failures under upstream’s names', async () => {
  await configure('Validating', 'v');
  await create('a');
  answers((review) => reviewed(review, { allowed: false, status: { code: 403 } }));
  await create('b');
  await configure('Mutating', 'm', { failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1' } });
  await configure('Mutating', 'n', { clientConfig: { url: 'https://127.0.0.1:1' } });
  await create('c');
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('apiserver_admission_webhook') && !line.includes('duration'));
  const of = (name: string, type: string, rest: string) => `{name="hook0.${name}.example.com",type="${type}",${rest}}`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `apiserver_admission_webhook_request_total${of('v', 'validating', 'operation="CREATE",code="200",rejected="false"')} 1`,
      `apiserver_admission_webhook_request_total${of('v', 'validating', 'operation="CREATE",code="403",rejected="true"')} 1`,
      `apiserver_admission_webhook_request_total${of('m', 'admit', 'operation="CREATE",code="503",rejected="false"')} 1`,
      `apiserver_admission_webhook_rejection_count${of('v', 'validating', 'operation="CREATE",error_type="no_error",rejection_code="403"')} 1`,
      `apiserver_admission_webhook_rejection_count${of('n', 'admit', 'operation="CREATE",error_type="calling_webhook_error",rejection_code="503"')} 1`,
      `apiserver_admission_webhook_fail_open_count${of('m', 'admit', '').replace(',}', '}')} 1`,
    ]),
  );
});

it('keeps its connections open', async () => {
  await configure('Validating', 'v');
  for (const name of ['a', 'b', 'c']) await create(name);
  expect([hook.state.reviews.length, hook.state.connections]).toEqual([3, 1]);
});
