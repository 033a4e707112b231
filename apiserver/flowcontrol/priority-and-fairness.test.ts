import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { metricsRegistries } from '../metrics/metrics-registries.ts';
import type { Answer, TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';

const SCHEMAS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';
const jane = { name: 'jane', groups: ['system:authenticated'] };

let server: TestServer;
afterEach(() => server.stop());

const level = (name: string, limited: object) => ({ metadata: { name }, spec: { type: 'Limited', limited } });
const schema = (name: string, priorityLevel: string, user: string) => ({
  metadata: { name },
  spec: {
    priorityLevelConfiguration: { name: priorityLevel },
    matchingPrecedence: 50,
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: user } }],
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      },
    ],
  },
});
const headerOf = ({ headers }: Pick<Answer, 'headers'>) => ({
  schema: headers['x-kubernetes-pf-flowschema-uid'],
  level: headers['x-kubernetes-pf-prioritylevel-uid'],
});

describe('a request', () => {
  it('is told by its answer how it was classified, from the moment that its flow schema is there', async () => {
    server = await startTestServer();
    await server.grantAll('jane', 'joe');
    const madeLevel = (await server.ask('POST', LEVELS, { body: level('mine', { limitResponse: { type: 'Reject' } }) })).json;
    const madeSchema = (await server.ask('POST', SCHEMAS, { body: schema('mine', 'mine', 'jane') })).json;
    const wanted = { schema: madeSchema.metadata.uid, level: madeLevel.metadata.uid };
    expect(headerOf(await server.ask('GET', '/version', { user: jane }))).toEqual(wanted);
    expect(headerOf(await server.ask('GET', '/api/v1/pods', { user: jane }))).toEqual(wanted);
    expect(headerOf(await server.ask('GET', '/api/v1/pods', { user: { ...jane, name: 'joe' } }))).not.toEqual(wanted);
    await server.ask('DELETE', `${LEVELS}/mine`);
    expect(headerOf(await server.ask('GET', '/version', { user: jane }))).not.toEqual(wanted);
  });

  it('that finds no seat is answered 429 in upstream’s words, or waits for its turn', async () => {
    const metrics = metricsRegistries();
    server = await startTestServer({
      inFlight: { maxRequestsInflight: 2, maxMutatingRequestsInflight: 0, enablePriorityAndFairness: true },
      metrics,
    });
    await server.grantAll('jane', 'joe');
    await server.ask('POST', LEVELS, {
      body: level('narrow', { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } }),
    });
    await server.ask('POST', SCHEMAS, { body: schema('narrow', 'narrow', 'jane') });
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.ask('GET', '/api/v1/namespaces/default', { user: jane })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(refused).toHaveLength(19);
    expect(refused[0]).toMatchObject({
      text: 'Too many requests, please try again later.\n',
      headers: { 'retry-after': expect.stringMatching(/^\d+$/), 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    });
    expect(headerOf(refused[0] ?? { headers: {} }).schema).toMatch(/^[0-9a-f-]{36}$/);
    const text = await metrics.text();
    expect(text).toContain(
      'apiserver_flowcontrol_rejected_requests_total{priority_level="narrow",flow_schema="narrow",reason="concurrency-limit"} 19',
    );
    expect(text).toContain('apiserver_flowcontrol_dispatched_requests_total{priority_level="narrow",flow_schema="narrow"} 1');
    expect(text).toContain('apiserver_flowcontrol_current_executing_requests{priority_level="narrow",flow_schema="narrow"} 0');
    expect(text).toContain('apiserver_flowcontrol_nominal_limit_seats{priority_level="narrow"} 1');
  });

  it('for the dumps shows the configuration at work to those who may see it; the paths are not listed', async () => {
    server = await startTestServer();
    const dump = (name: string, user?: typeof jane) => server.ask('GET', `/debug/api_priority_and_fairness/${name}`, user ? { user } : {});
    const levels = await dump('dump_priority_levels');
    expect(levels.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(levels.text).toMatch(/^catch-all, +0, +true, +false, /m);
    expect((await dump('dump_queues')).text).toMatch(/^workload-low, +127, +0, /m);
    expect((await dump('dump_requests')).text).toMatch(/^PriorityLevelName, +FlowSchemaName, /);
    expect((await dump('dump_requests', jane)).status).toBe(403);
    expect((await server.ask('GET', '/')).json.paths.filter((path: string) => path.startsWith('/debug'))).toEqual([]);
  });

  it('that waits is served when those before it are', async () => {
    server = await startTestServer({ inFlight: { maxRequestsInflight: 1, maxMutatingRequestsInflight: 0, enablePriorityAndFairness: true } });
    await server.grantAll('jane', 'joe');
    const queued = { limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 1, queueLengthLimit: 50 } } };
    await server.ask('POST', LEVELS, { body: level('patient', queued) });
    await server.ask('POST', SCHEMAS, { body: schema('patient', 'patient', 'jane') });
    const answers = await Promise.all(Array.from({ length: 40 }, () => server.ask('GET', '/api/v1/namespaces', { user: jane })));
    expect(answers.map(({ status }) => status)).toEqual(new Array(40).fill(200));
  });

  it('gives its seats back when a long answer has been written, however it ends', async () => {
    server = await startTestServer({ inFlight: { maxRequestsInflight: 1, maxMutatingRequestsInflight: 0, enablePriorityAndFairness: true } });
    await server.grantAll('jane', 'joe');
    await server.ask('POST', LEVELS, {
      body: level('narrow', { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } }),
    });
    await server.ask('POST', SCHEMAS, { body: schema('narrow', 'narrow', 'jane') });
    const list = () =>
      server.server.handle({
        method: 'GET',
        path: '/api/v1/namespaces',
        query: new URLSearchParams(),
        headers: {},
        user: jane,
        signal: new AbortController().signal,
      });
    const first = await list();
    expect((await list()).status).toBe(429);
    if (first.body.kind === 'text') for (const _part of first.body.parts);
    const second = await list();
    expect(second.status).toBe(200);
    second.ended?.();
    second.ended?.();
    const third = await list();
    expect(third.status).toBe(200);
    expect((await list()).status).toBe(429);
    third.ended?.();
  });

  it('is held back by plain limits where priority and fairness is off', async () => {
    server = await startTestServer({ inFlight: { maxRequestsInflight: 2, maxMutatingRequestsInflight: 0, enablePriorityAndFairness: false } });
    await server.grantAll('jane', 'joe');
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.ask('GET', '/api/v1/namespaces', { user: jane })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect((await server.ask('GET', '/api/v1/namespaces')).status).toBe(200);
  });
});

describe('the built-in configuration', () => {
  it('is there from the start, and every flow schema knows its level', async () => {
    server = await startTestServer();
    await server.grantAll('jane', 'joe');
    expect((await server.ask('GET', LEVELS)).json.items).toHaveLength(8);
    await eventually(async () => {
      const { items } = (await server.ask('GET', SCHEMAS)).json;
      return (
        items.length === 11 &&
        items.every(({ status }: { status: { conditions?: { status: string }[] } }) => status.conditions?.[0]?.status === 'False')
      );
    });
  });

  it('comes back: what is mandatory always, what is suggested unless somebody has taken it over', async () => {
    const clock = createFakeClock();
    server = await startTestServer({ clock });
    await server.grantAll('jane', 'joe');
    const change = (path: string, body: object) => server.ask('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
    await server.ask('DELETE', `${SCHEMAS}/exempt`);
    await change(`${LEVELS}/exempt`, { metadata: { annotations: { [AUTO_UPDATE]: 'false' } }, spec: { exempt: { nominalConcurrencyShares: 5 } } });
    await change(`${LEVELS}/system`, { spec: { limited: { nominalConcurrencyShares: 1 } } });
    await change(`${LEVELS}/node-high`, {
      metadata: { annotations: { [AUTO_UPDATE]: 'false' } },
      spec: { limited: { nominalConcurrencyShares: 1 } },
    });
    await change(`${LEVELS}/workload-low`, {
      metadata: { annotations: { [AUTO_UPDATE]: null } },
      spec: { limited: { nominalConcurrencyShares: 1 } },
    });
    await server.ask('POST', LEVELS, {
      body: { ...level('of-yore', { limitResponse: { type: 'Reject' } }), metadata: { name: 'of-yore', annotations: { [AUTO_UPDATE]: 'true' } } },
    });
    await clock.advance(61_000);
    const get = async (path: string) => (await server.ask('GET', path)).json;
    await eventually(async () => (await get(`${SCHEMAS}/exempt`)).spec?.matchingPrecedence === 1);
    await eventually(async () => (await get(`${LEVELS}/of-yore`)).code === 404);
    await eventually(async () => (await get(`${LEVELS}/system`)).spec.limited.nominalConcurrencyShares === 30);
    const exempt = await get(`${LEVELS}/exempt`);
    expect([exempt.metadata.annotations[AUTO_UPDATE], exempt.spec.exempt.nominalConcurrencyShares]).toEqual(['true', 5]);
    expect((await get(`${LEVELS}/node-high`)).spec.limited.nominalConcurrencyShares).toBe(1);
    const taken = await get(`${LEVELS}/workload-low`);
    expect([taken.metadata.annotations[AUTO_UPDATE], taken.spec.limited.nominalConcurrencyShares]).toEqual(['false', 1]);
  });

  it('says which flow schemas name a level that is not there', async () => {
    server = await startTestServer();
    await server.grantAll('jane', 'joe');
    await server.ask('POST', SCHEMAS, { body: schema('early', 'late', 'jane') });
    const conditions = async () => (await server.ask('GET', `${SCHEMAS}/early`)).json.status.conditions?.[0] ?? {};
    await eventually(async () => (await conditions()).status === 'True');
    expect(await conditions()).toMatchObject({
      type: 'Dangling',
      reason: 'NotFound',
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "late" but there is no such object',
    });
    await server.ask('POST', LEVELS, { body: level('late', { limitResponse: { type: 'Reject' } }) });
    await eventually(async () => (await conditions()).reason === 'Found');
  });
});
