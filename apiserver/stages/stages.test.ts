import { describe, expect, it } from '@jest/globals';
import { kinds } from '../../api/kinds/index.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { Authorizer, Decision } from '../contract/authorizer.ts';
import type { RawResult } from '../contract/call.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { Exchange, Stage } from '../contract/stage.ts';
import { jsonResponse } from '../encode/encode.ts';
import { createResources } from '../resources.ts';
import { chainOf } from './chain.ts';
import { exchangeOf } from './exchange.ts';
import type { PipelineOptions } from './pipeline.ts';
import { createPipeline, stagesOf } from './pipeline.ts';

const request = (path = '/api/v1/pods', headers: ApiRequest['headers'] = { authorization: 'jane' }): ApiRequest => ({
  method: 'GET',
  path,
  query: new URLSearchParams(),
  headers,
  signal: new AbortController().signal,
});
const authorizing = (authorize: Authorizer['authorize']): Authorizer => ({
  authorize,
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: true }),
});
const everything = authorizing(() => ({ verdict: 'allow' }));
const statusOf = ({ status, body }: ApiResponse) => ({ code: status, ...(body.kind === 'object' ? (body.object as { reason?: string }) : {}) });

function optionsWith(options: Partial<PipelineOptions> = {}): PipelineOptions {
  const clock = createFakeClock();
  const { registry, storage, log } = createResources({ store: createMemoryStore(), kinds, clock, log: silentLogger, freeze: true });
  return {
    core: { registry, clock, log, admission: [] },
    storage,
    authenticator: { authenticate: ({ headers }) => (headers.authorization ? { name: headers.authorization, groups: [] } : undefined) },
    authorizer: everything,
    stages: [],
    routes: [],
    subresources: [],
    observers: [],
    ...options,
  };
}

describe('the stages of a request', () => {
  const inserted = (name: string): Stage => ({ name, handle: (exchange, next) => next(exchange) });
  const named = (observers: PipelineOptions['observers']) => {
    const more = { stages: [inserted('aggregate')], entryStages: [inserted('flow-control')], started: Promise.resolve() };
    const { network, loopback } = stagesOf(optionsWith({ observers, ...more }));
    return [network.map(({ name }) => name), loopback.map(({ name }) => name)];
  };
  const identified = ['route', 'authenticate', 'impersonate'];
  const inner = ['aggregate', 'serve-path'];

  it('stand in this order, for the network and for clients in this process', () => {
    expect(named([{ name: 'metrics' }])).toEqual([
      ['observe', 'encode', 'start-gate', 'deadline', ...identified, 'flow-control', 'authorize', 'read-body', ...inner, 'negotiate', 'dispatch'],
      [...identified, 'authorize', ...inner, 'dispatch'],
    ]);
  });

  it('have an observer in this process only where one asks for it', () => {
    expect(named([{ name: 'audit', loopback: true }])[1]?.[0]).toBe('observe');
    expect(named([])[0]?.[0]).toBe('encode');
  });
});

describe('a chain of stages', () => {
  const answer: RawResult = { type: 'raw', response: jsonResponse(200, {}) };
  const passing = (name: string, passed: string[]): Stage => ({
    name,
    handle(exchange, next) {
      passed.push(name);
      return next(exchange);
    },
  });

  it.each(['a', 'b', 'c'])('ends where one answers: %s', async (last) => {
    const passed: string[] = [];
    const stages = ['a', 'b', 'c'].map((name) => (name === last ? { name, handle: async () => answer } : passing(name, passed)));
    expect(await chainOf(stages)(exchangeOf(request()))).toBe(answer);
    expect(passed).toEqual(['a', 'b', 'c'].slice(0, 'abc'.indexOf(last)));
  });

  it('says so where none answers', () => {
    expect(() => chainOf([passing('a', [])])(exchangeOf(request()))).toThrow('no stage answers GET /api/v1/pods');
  });
});

describe('a stage that', () => {
  const anonymous = request('/api/v1/pods', {});
  const posing = request('/api/v1/pods', { authorization: 'jane', 'impersonate-group': 'ops' });
  const picky = request('/api/v1/pods', { authorization: 'jane', accept: 'text/html' });
  const broken = () => {
    throw new Error('a bug');
  };
  const tooMany: Stage = {
    name: 'limits',
    handle: () => Promise.reject(new StatusError('TooManyRequests', 'too many', { retryAfterSeconds: 1 })),
  };
  const path = request('/metrics');

  it.each<[string, ApiRequest, Partial<PipelineOptions>, number, string | undefined]>([
    ['authenticates answers 401', anonymous, {}, 401, 'Unauthorized'],
    ['impersonates answers 400', posing, {}, 400, 'BadRequest'],
    ['authorises answers 403', request(), { authorizer: authorizing(() => ({ verdict: 'deny' })) }, 403, 'Forbidden'],
    ['is inserted answers what it throws', request(), { stages: [tooMany] }, 429, 'TooManyRequests'],
    ['negotiates answers 406', picky, {}, 406, 'NotAcceptable'],
    ['dispatches answers 404', request('/api/v1/gadgets'), {}, 404, undefined],
    ['waits for a start that fails answers 500', request(), { started: Promise.reject(new Error('no store')) }, 500, 'InternalError'],
    ['breaks in authentication answers 500', request(), { authenticator: { authenticate: broken } }, 500, 'InternalError'],
    ['breaks late in authentication answers 500', request(), { authenticator: { authenticate: async () => broken() } }, 500, 'InternalError'],
    ['breaks in authorisation answers 500', request(), { authorizer: authorizing(broken) }, 500, 'InternalError'],
    ['breaks late in authorisation answers 500', request(), { authorizer: authorizing(async () => broken()) }, 500, 'InternalError'],
    ['breaks at once answers 500', request(), { stages: [{ name: 'broken', handle: broken }] }, 500, 'InternalError'],
    ['breaks at a path answers 500', path, { routes: [{ path: '/metrics', handle: broken }] }, 500, 'InternalError'],
  ])('%s', async (_, asked, options, code, reason) => {
    expect(statusOf(await createPipeline(optionsWith(options)).handle(asked))).toMatchObject({ code, ...(reason ? { reason } : {}) });
  });

  it('observes and breaks does not keep anyone from an answer', async () => {
    const observers = [{ name: 'broken', received: broken, finished: broken }];
    expect((await createPipeline(optionsWith({ observers })).handle(request('/api/v1/gadgets'))).status).toBe(404);
  });
});

describe('authorisation', () => {
  const refused: Decision = { verdict: 'no opinion' };
  it.each([
    ['/api/v1/gadgets', 403, 404],
    ['/apis/nowhere/v1/things', 403, 404],
    ['/api/v1/namespaces/dev/pods/p/none', 403, 404],
    ['/apis/nowhere', 403, 404],
    ['/nothing', 403, 404],
  ])('comes before %s is looked up', async (path, without, withRights) => {
    expect((await createPipeline(optionsWith({ authorizer: authorizing(() => refused) })).handle(request(path))).status).toBe(without);
    expect((await createPipeline(optionsWith()).handle(request(path))).status).toBe(withRights);
  });

  it('binds clients in this process', async () => {
    const pipeline = createPipeline(optionsWith({ authorizer: authorizing(() => refused) }));
    const asked = pipeline.execute({ ...request(), user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] } });
    await expect(asked).rejects.toMatchObject({ reason: 'Forbidden' });
  });

  it('that cannot be evaluated is an error, not a refusal', async () => {
    const authorizer = authorizing(() => ({ ...refused, evaluationError: 'no such role' }));
    expect(statusOf(await createPipeline(optionsWith({ authorizer })).handle(request()))).toMatchObject({ code: 500, reason: 'InternalError' });
  });
});

it('an impersonated request keeps both users', async () => {
  const seen: Exchange[] = [];
  const stage: Stage = {
    name: 'looks',
    handle(exchange, next) {
      seen.push(exchange);
      return next(exchange);
    },
  };
  await createPipeline(optionsWith({ stages: [stage] })).handle(request('/api/v1/gadgets', { authorization: 'jane', 'impersonate-user': 'joe' }));
  expect(seen[0]).toMatchObject({ user: { name: 'joe' }, impersonator: { name: 'jane' } });
});
