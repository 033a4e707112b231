import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { parseTokenFile } from '../authn/static-tokens.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';
import type { Audit } from './audit.ts';
import { openAudit } from './audit.ts';
import type { AuditEvent } from './event.ts';
import { memoryAppender } from './line-appender.fixture.ts';
import { parsePolicy } from './policy.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const TOKENS = parseTokenFile('s3cret,alice,u1,dev\n');
const bearer = { user: null, headers: { authorization: 'Bearer s3cret', 'user-agent': 'kubectl/v1.36' } };
const FILE = { path: 'unused', maxBytes: 1, maxBackups: 0, maxAgeDays: 0, compress: false };

let clock: FakeClock;
let server: TestServer;
let audit: Audit;
let registry: Registry;
let disk: ReturnType<typeof memoryAppender>;

async function start(...rules: object[]): Promise<void> {
  clock = createFakeClock();
  registry = new Registry();
  disk = memoryAppender();
  const policy = parsePolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'None', users: ['system:apiserver'] }, ...rules] });
  audit = openAudit({ policy, log: FILE, clock, logger: silentLogger, registry, appender: disk.appender });
  server = await startTestServer({ clock, parts: [audit.part], staticTokens: TOKENS });
  await server.grantAll('alice');
  await clock.settle();
  disk.lines.length = 0;
  disk.state.attempts = 0;
}
afterEach(async () => {
  await server.stop();
  await audit.close();
});

const events = async (): Promise<AuditEvent[]> => {
  await clock.settle();
  return disk.lines.map((line) => JSON.parse(line));
};

describe('an event', () => {
  it('has the fields of audit.k8s.io/v1 and nothing of bodies at level Metadata', async () => {
    await start({ level: 'Metadata' });
    const secret = { metadata: { name: 's' }, stringData: { password: 'hunter2' } };
    const answer = await server.ask('POST', '/api/v1/namespaces/default/secrets?fieldManager=me', { ...bearer, body: secret });
    expect(answer.status).toBe(201);
    const [received, complete] = await events();
    const common = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: expect.any(String),
      requestURI: '/api/v1/namespaces/default/secrets?fieldManager=me',
      verb: 'create',
      user: { username: 'alice', uid: 'u1', groups: ['dev', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      userAgent: 'kubectl/v1.36',
      requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
      stageTimestamp: '2026-01-01T00:00:00.000000Z',
    };
    const objectRef = { resource: 'secrets', namespace: 'default', apiVersion: 'v1' };
    expect(received).toEqual({ ...common, stage: 'RequestReceived', objectRef });
    expect(complete).toEqual({
      ...common,
      stage: 'ResponseComplete',
      objectRef: { ...objectRef, name: 's' },
      responseStatus: { metadata: {}, code: 201 },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': expect.any(String) },
    });
    expect(received?.auditID).toBe(complete?.auditID);
    expect(disk.lines.join()).not.toContain('hunter2');
  });

  it('has the request at level Request, and the answer too at level RequestResponse', async () => {
    await start({ level: 'Request', verbs: ['create'] }, { level: 'RequestResponse', omitManagedFields: true });
    await server.ask('POST', MAPS, { ...bearer, body: { metadata: { name: 'a' }, data: { k: '1' } } });
    await server.ask('GET', MAPS, bearer);
    const complete = (await events()).filter(({ stage }) => stage === 'ResponseComplete');
    expect(complete[0]?.requestObject).toEqual({ metadata: { name: 'a' }, data: { k: '1' } });
    expect(complete[0]).not.toHaveProperty('responseObject');
    expect(complete[1]?.responseObject).toMatchObject({ kind: 'ConfigMapList', items: [{ data: { k: '1' } }] });
    expect(disk.lines.at(-1)).not.toContain('managedFields');
  });

  it('of a refusal tells its Status; of one without credentials what was tried', async () => {
    await start({ level: 'Metadata', omitStages: ['RequestReceived'] });
    await server.ask('GET', `${MAPS}/none`, bearer);
    await server.ask('GET', MAPS, { user: null, headers: { authorization: 'Bearer wrong' } });
    await server.ask('GET', MAPS, { user: null });
    const [missing, bad, none] = await events();
    expect(missing?.responseStatus).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'configmaps "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'configmaps' },
      code: 404,
    });
    expect(bad).toMatchObject({
      stage: 'ResponseStarted',
      user: {},
      responseStatus: { message: 'Authentication failed, attempted: bearer', code: 401 },
    });
    expect(none).toMatchObject({ responseStatus: { message: 'Authentication failed, no credentials provided', code: 401 } });
    expect(disk.lines.join()).not.toContain('wrong');
  });

  it('names the user and the one it acts as', async () => {
    await start({ level: 'Metadata', omitStages: ['RequestReceived'] });
    await server.ask('GET', MAPS, { ...bearer, headers: { ...bearer.headers, 'impersonate-user': 'jane' } });
    const [event] = await events();
    expect(event).toMatchObject({ user: { username: 'alice' }, impersonatedUser: { username: 'jane', groups: ['system:authenticated'] } });
  });

  it('is not made for requests that the policy leaves out', async () => {
    await start({ level: 'None', nonResourceURLs: ['/version'] }, { level: 'Metadata', users: ['bob'] });
    await server.ask('GET', '/version', bearer);
    await server.ask('GET', MAPS, bearer);
    expect(await events()).toEqual([]);
    expect(await registry.metrics()).toMatch(/apiserver_audit_level_total\{level="None"\} \d+/);
  });

  it('of a watch comes when it starts and when it ends', async () => {
    await start({ level: 'Metadata' });
    await server.ask('GET', `${MAPS}?watch=true&timeoutSeconds=0`, { ...bearer, headers: { ...bearer.headers, accept: 'text/none' } });
    expect((await events()).map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
  });

  it('notes the token that was issued', async () => {
    await start({ level: 'Metadata', verbs: ['create'], resources: [{ group: '', resources: ['serviceaccounts/token'] }] });
    await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'robot' } } });
    const { json } = await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { body: {} });
    const last = (await events()).at(-1);
    expect(last?.annotations?.['authentication.kubernetes.io/issued-credential-id']).toMatch(/^JTI=[0-9a-f-]{36}$/);
    expect(disk.lines.join()).not.toContain(json.status.token);
  });
});

describe('a full disk', () => {
  it('stops no request, is counted, and loses nothing if it is over in time', async () => {
    await start({ level: 'Metadata', omitStages: ['RequestReceived'] });
    disk.state.full = true;
    for (let i = 0; i < 3; i++) expect((await server.ask('GET', MAPS, bearer)).status).toBe(200);
    await clock.settle();
    expect(disk.lines).toEqual([]);
    expect(await registry.metrics()).toMatch(/apiserver_audit_error_total\{plugin="log"\} [1-9]/);
    disk.state.full = false;
    await clock.advance(60_000);
    expect(await events()).toHaveLength(3);
  });

  it('is tried again with back-off, not at every event', async () => {
    await start({ level: 'Metadata' });
    disk.state.full = true;
    for (let i = 0; i < 50; i++) await server.ask('GET', MAPS, bearer);
    await clock.settle();
    expect(disk.state.attempts).toBe(1);
    await clock.advance(60_000);
    expect(disk.state.attempts).toBeLessThan(20);
    expect(disk.state.attempts).toBeGreaterThan(3);
  });
});

it('a stop writes what is left', async () => {
  await start({ level: 'Metadata', omitStages: ['RequestReceived'] });
  await server.ask('GET', MAPS, bearer);
  await audit.close();
  expect(disk.lines).toHaveLength(1);
  expect(disk.state.closed).toBe(true);
});
