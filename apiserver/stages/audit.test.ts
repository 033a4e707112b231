import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isKind } from '../../api/definition/kind.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { microTimeText } from '../../base/clock.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { parseTokenFile } from '../authn/static-tokens.ts';
import type { RequestObserver } from '../contract/observer.ts';
import type { Part } from '../contract/part.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Exchange } from '../contract/stage.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { ADMIN, startTestServer } from '../test-server.fixture.ts';

const shown = (user: UserInfo | undefined) => user && { username: user.name, groups: [...user.groups] };

/** An event as the audit log has it (audit.k8s.io/v1, level RequestResponse), with the old object besides. */
function eventOf(exchange: Exchange, stage: string, now: number, code?: number) {
  const { request, info, user, impersonator, error } = exchange;
  const objectRef = info.isResource && {
    resource: info.plural,
    namespace: info.accessNamespace,
    name: info.name,
    apiGroup: info.group,
    apiVersion: info.version,
    subresource: info.subresource,
  };
  return {
    auditID: exchange.auditId,
    stage,
    requestURI: request.path,
    verb: info.verb,
    user: shown(impersonator ?? user),
    ...(impersonator ? { impersonatedUser: shown(user) } : {}),
    userAgent: request.headers['user-agent'],
    objectRef,
    requestReceivedTimestamp: microTimeText(exchange.receivedAt),
    stageTimestamp: microTimeText(now),
    ...(code === undefined
      ? {}
      : { responseStatus: { code, ...(error instanceof StatusError ? { reason: error.reason, message: error.message } : {}) } }),
    requestObject: exchange.requestObject,
    oldObject: exchange.oldObject,
    responseObject: exchange.responseObject,
    annotations: exchange.annotations,
  };
}

let clock: FakeClock;
let server: TestServer;
let events: ReturnType<typeof eventOf>[];
let latencies: number[];

beforeEach(async () => {
  clock = createFakeClock();
  events = [];
  latencies = [];
  const audit: RequestObserver = {
    name: 'audit',
    loopback: true,
    received: (exchange) => void events.push(eventOf(exchange, 'RequestReceived', clock.now())),
    responseStarted: (exchange, code) => void events.push(eventOf(exchange, 'ResponseStarted', clock.now(), code)),
    finished(exchange, stage, code, seconds) {
      events.push(eventOf(exchange, stage, clock.now(), code));
      latencies.push(seconds);
    },
  };
  const part: Part = {
    name: 'test',
    observers: [audit],
    plugins: [{ name: 'remarks', handles: (kind) => isKind(kind, secrets), validate: ({ annotate }) => annotate('example.com/seen', 'yes') }],
    subresources: [
      {
        group: '',
        plural: 'pods',
        subresource: 'exec',
        handle: async () => ({ status: 101, headers: {}, body: { kind: 'upgrade', take: () => {} } }),
      },
    ],
    routes: [
      {
        path: '/broken',
        handle() {
          throw new Error('a bug');
        },
      },
    ],
  };
  server = await startTestServer({ clock, parts: [part], staticTokens: parseTokenFile('s3cret,alice,u1,system:masters\n') });
  await server.ask('POST', MAPS, { body: { metadata: { name: 'a' }, data: { k: '1' } } });
  events.length = 0;
});
afterEach(() => server.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const data = (value: string) => expect.objectContaining({ kind: 'ConfigMap', data: { k: value } });
const stagesOf = (path: string) => events.filter(({ requestURI }) => requestURI === path).map(({ stage }) => stage);

describe('an observer can write complete audit events', () => {
  it.each([
    [
      'POST',
      `${MAPS}`,
      { body: { metadata: { name: 'b' }, data: { k: '1' } } },
      'create',
      201,
      [{ metadata: { name: 'b' }, data: { k: '1' } }, undefined, data('1')],
    ],
    [
      'PUT',
      `${MAPS}/a`,
      { body: { metadata: { name: 'a' }, data: { k: '2' } } },
      'update',
      200,
      [{ metadata: { name: 'a' }, data: { k: '2' } }, data('1'), data('2')],
    ],
    ['PATCH', `${MAPS}/a`, { body: { data: { k: '3' } }, headers: MERGE }, 'patch', 200, [{ data: { k: '3' } }, data('1'), data('3')]],
    ['DELETE', `${MAPS}/a`, {}, 'delete', 200, [undefined, data('1'), expect.objectContaining({ kind: 'Status', status: 'Success' })]],
    ['GET', `${MAPS}/a`, {}, 'get', 200, [undefined, undefined, data('1')]],
    ['GET', MAPS, {}, 'list', 200, [undefined, undefined, expect.objectContaining({ kind: 'ConfigMapList', items: [data('1')] })]],
  ])('of %s %s', async (method, path, ask, verb, code, [requestObject, oldObject, responseObject]) => {
    await server.ask(method, path, ask);
    const [received, complete] = events.filter(({ requestURI }) => requestURI === path);
    const name = path === MAPS ? '' : 'a';
    const objectRef = { resource: 'configmaps', namespace: 'default', name, apiGroup: '', apiVersion: 'v1', subresource: '' };
    expect(received).toMatchObject({ stage: 'RequestReceived', verb, objectRef, requestObject });
    expect(complete).toEqual({
      auditID: received?.auditID,
      stage: 'ResponseComplete',
      requestURI: path,
      verb,
      user: { username: ADMIN.name, groups: [...ADMIN.groups] },
      userAgent: undefined,
      objectRef,
      requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
      stageTimestamp: '2026-01-01T00:00:00.000000Z',
      responseStatus: { code },
      requestObject,
      oldObject,
      responseObject,
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    });
  });

  it('of a watch: when it starts and when it ends', async () => {
    const watching = new AbortController();
    const response = await server.server.handle({
      method: 'GET',
      path: MAPS,
      query: new URLSearchParams('watch=true&timeoutSeconds=5'),
      headers: { 'audit-id': 'mine' },
      auditId: 'mine',
      user: ADMIN,
      signal: watching.signal,
    });
    expect(events.map(({ auditID, stage, verb }) => [auditID, stage, verb])).toEqual([
      ['mine', 'RequestReceived', 'watch'],
      ['mine', 'ResponseStarted', 'watch'],
    ]);
    const running = response.body.kind === 'stream' ? response.body.run({ write: () => true }, watching.signal) : undefined;
    await clock.advance(5000);
    await running;
    expect(events.at(-1)).toMatchObject({
      stage: 'ResponseComplete',
      requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
      stageTimestamp: '2026-01-01T00:00:05.000000Z',
      responseStatus: { code: 200 },
    });
    expect(latencies.at(-1)).toBe(5);
  });

  it('of a connection into a pod: when it starts and when it is closed', async () => {
    const exec = '/api/v1/namespaces/default/pods/p/exec';
    const request = { method: 'POST', path: exec, query: new URLSearchParams('command=sh'), headers: {}, user: ADMIN };
    const { body } = await server.server.handle({ ...request, signal: new AbortController().signal });
    const objectRef = { resource: 'pods', subresource: 'exec', name: 'p' };
    expect(events.at(-1)).toMatchObject({ stage: 'ResponseStarted', verb: 'create', objectRef, responseStatus: { code: 101 } });
    const socket = new PassThrough();
    if (body.kind === 'upgrade') body.take(socket, Buffer.alloc(0));
    expect(stagesOf(exec)).toEqual(['RequestReceived', 'ResponseStarted']);
    socket.destroy();
    await once(socket, 'close');
    expect(stagesOf(exec)).toEqual(['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
  });

  it('of requests that nobody is known to send, or may send', async () => {
    await server.ask('GET', MAPS, { user: null });
    expect(events.at(-1)).toMatchObject({ stage: 'ResponseComplete', user: undefined, responseStatus: { code: 401, reason: 'Unauthorized' } });
    await server.ask('GET', MAPS, { user: { name: 'system:anonymous', groups: ['system:unauthenticated'] } });
    expect(events.at(-1)).toMatchObject({
      stage: 'ResponseComplete',
      user: { username: 'system:anonymous' },
      responseStatus: { code: 403, reason: 'Forbidden', message: expect.stringContaining('cannot list resource "configmaps"') },
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    });
  });

  it('of impersonation: the user and the one it acts as', async () => {
    const headers = { authorization: 'Bearer s3cret', 'impersonate-user': 'jane', 'user-agent': 'kubectl/v1.36' };
    await server.ask('GET', MAPS, { user: null, headers });
    expect(events.at(-1)).toMatchObject({ user: { username: 'alice' }, impersonatedUser: { username: 'jane' }, userAgent: 'kubectl/v1.36' });
  });

  it('with the remarks of admission plugins', async () => {
    await server.ask('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: 's' } } });
    expect(events.at(-1)?.annotations).toMatchObject({ 'authorization.k8s.io/decision': 'allow', 'example.com/seen': 'yes' });
  });

  it('of what nobody foresaw', async () => {
    await server.ask('GET', '/broken');
    expect(stagesOf('/broken')).toEqual(['RequestReceived', 'Panic']);
    expect(events.at(-1)).toMatchObject({ responseStatus: { code: 500 } });
  });

  it('of clients in this process, their watches too', async () => {
    const client = server.server.loopback({ name: 'system:janitor', groups: ['system:masters', 'system:authenticated'] });
    const key = { namespace: 'default', name: 'a' };
    await client.delete(configMaps, key);
    expect(events.at(-1)).toMatchObject({
      verb: 'delete',
      user: { username: 'system:janitor' },
      userAgent: 'janitor',
      oldObject: data('1'),
    });
    await client.delete(configMaps, key).catch(() => {});
    expect(events.at(-1)).toMatchObject({ responseStatus: { code: 404, reason: 'NotFound' } });
    const stop = new AbortController();
    const { resourceVersion } = await client.list(configMaps);
    events.length = 0;
    const watching = client.watch(configMaps, { namespace: 'default', resourceVersion }, () => {}, stop.signal);
    await clock.settle();
    expect(stagesOf(MAPS)).toEqual(['RequestReceived', 'ResponseStarted']);
    stop.abort();
    await watching;
    expect(stagesOf(MAPS)).toEqual(['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
  });
});
