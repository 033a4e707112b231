import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { eventRateLimitConfiguration } from './event-rate-limit-configuration.ts';
import { MERGE, serverWith } from './optional-plugins.fixture.ts';

const HEAD = { apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1', kind: 'Configuration' };

let server: TestServer;
afterEach(() => server.stop());

const clock = createFakeClock();
async function limited(...limits: object[]): Promise<void> {
  server = await serverWith({ EventRateLimit: { ...HEAD, limits } }, { clock });
  await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'other' } } });
  await server.grantAll('jane', 'joe');
}

let count = 0;
const event = (namespace = 'default', about: object = {}, source: object = { component: 'kubelet', host: 'n' }) => ({
  metadata: { name: `e${count++}`, namespace },
  involvedObject: { kind: 'Pod', namespace, name: 'p', uid: 'u', apiVersion: 'v1', ...about },
  source,
});
/** Sends events one after the other; returns their codes. */
async function codes(...events: { readonly body: ReturnType<typeof event>; readonly user?: string; readonly query?: string }[]): Promise<number[]> {
  const answers: number[] = [];
  for (const { body, user, query = '' } of events) {
    const as = user === undefined ? {} : { user: { name: user, groups: ['system:authenticated'] } };
    answers.push((await server.ask('POST', `/api/v1/namespaces/${body.metadata.namespace}/events${query}`, { body, ...as })).status);
  }
  return answers;
}
const some = (namespace?: string, about?: object, source?: object) => ({ body: event(namespace, about, source) });

describe('EventRateLimit', () => {
  it('lets a burst through, then so many per second', async () => {
    await limited({ type: 'Server', qps: 2, burst: 3 });
    expect(await codes(some(), some('other'), some(), some())).toEqual([201, 201, 201, 429]);
    await clock.advance(500);
    expect(await codes(some(), some())).toEqual([201, 429]);
  });

  it.each<[string, object, () => Parameters<typeof codes>[number][], number[], string]>([
    ['all together', { type: 'Server' }, () => [some(), some('other')], [201, 429], 'limit reached on type Server for key '],
    [
      'each namespace',
      { type: 'Namespace' },
      () => [some('default'), some('other'), some('other'), some('default')],
      [201, 201, 429, 429],
      'limit reached on type Namespace for key default',
    ],
    [
      'each user',
      { type: 'User' },
      () => [
        { ...some(), user: 'jane' },
        { ...some(), user: 'joe' },
        { ...some(), user: 'jane' },
      ],
      [201, 201, 429],
      'limit reached on type User for key kubernetes-admin',
    ],
    [
      'each source and object',
      { type: 'SourceAndObject' },
      () => [some(), some('default', { name: 'q' }), some('default', {}, { component: 'scheduler' }), some()],
      [201, 201, 201, 429],
      'limit reached on type SourceAndObject for key kubeletnPoddefaultpuv1',
    ],
  ])('counts the events of %s', async (_what, limit, sent, expected, reason) => {
    await limited({ qps: 1, burst: 1, ...limit });
    expect(await codes(...sent())).toEqual(expected);
    await server.ask('POST', '/api/v1/namespaces/default/events', { body: event() });
    const { json, headers } = await server.ask('POST', '/api/v1/namespaces/default/events', { body: event() });
    expect([json.code, json.reason, json.message]).toEqual([429, 'TooManyRequests', `Too many requests: ${reason}`]);
    expect(headers['retry-after']).toBeUndefined();
  });

  it('asks every limit, and tells all that are reached', async () => {
    await limited({ type: 'Server', qps: 1, burst: 1 }, { type: 'Namespace', qps: 1, burst: 1 }, { type: 'User', qps: 1, burst: 9 });
    await codes(some());
    const { json } = await server.ask('POST', '/api/v1/namespaces/default/events', { body: event() });
    expect(json.message).toBe('Too many requests: [limit reached on type Server for key , limit reached on type Namespace for key default]');
  });

  it('forgets the least recently used keys beyond the size of the cache', async () => {
    await limited({ type: 'Namespace', qps: 1, burst: 1, cacheSize: 1 });
    expect(await codes(some(), some(), some('other'), some())).toEqual([201, 429, 201, 201]);
  });

  it('counts updates, but no dry runs and no other kinds', async () => {
    await limited({ type: 'Server', qps: 1, burst: 2 });
    const [first] = [some()];
    expect(await codes({ ...some(), query: '?dryRun=All' }, { ...some(), query: '?dryRun=All' }, first)).toEqual([201, 201, 201]);
    const patch = () =>
      server.ask('PATCH', `/api/v1/namespaces/default/events/${first.body.metadata.name}`, { body: { message: 'm' }, headers: MERGE });
    expect([(await patch()).status, (await patch()).status]).toEqual([200, 429]);
    const regarding = { kind: 'Pod', namespace: 'default', name: 'p' };
    const newer = { metadata: { name: 'n' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'a', reportingInstance: 'b', regarding };
    const body = { ...newer, action: 'A', reason: 'R', type: 'Normal' };
    expect((await server.ask('POST', '/apis/events.k8s.io/v1/namespaces/default/events', { body })).status).toBe(201);
    expect((await server.ask('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'c' } } })).status).toBe(201);
  });
});

describe('the configuration of EventRateLimit', () => {
  it.each<[unknown, string]>([
    [undefined, 'limits: Invalid value: null: must not be empty'],
    [{ ...HEAD, limits: [] }, 'limits: Invalid value: null: must not be empty'],
    [
      { ...HEAD, limits: [{ type: 'Node', qps: 0, burst: -1, cacheSize: -1 }] },
      '[limits[0].type: Unsupported value: "Node": supported values: "Namespace", "Server", "SourceAndObject", "User", ' +
        'limits[0].burst: Invalid value: -1: must be positive, limits[0].qps: Invalid value: 0: must be positive, ' +
        'limits[0].cacheSize: Invalid value: -1: must not be negative]',
    ],
    [{ ...HEAD, limits: [{ type: 'Server', qps: 'x' }] }, 'limits.0.qps: Invalid input'],
    [{ ...HEAD, apiVersion: 'v1', limits: [] }, 'apiVersion: Invalid input'],
  ])('is refused with the fields that are wrong: %j', (value, message) => {
    expect(() => eventRateLimitConfiguration(value)).toThrow(message);
  });

  it('has caches of 4096 keys unless it says otherwise', () => {
    const [limit] = eventRateLimitConfiguration({ ...HEAD, limits: [{ type: 'User', qps: 1, burst: 2 }] });
    expect(limit).toEqual({ type: 'User', qps: 1, burst: 2, cacheSize: 4096 });
  });
});
