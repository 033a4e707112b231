import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { Client } from '../client/client.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import { createPathAccess } from './metrics-access.ts';

/** A cluster that knows the tokens `reader` and `stranger`, and lets the reader get /metrics. */
function cluster() {
  const clock = createFakeClock();
  const asked: string[] = [];
  const state = { reachable: true, reader: true };
  const create = async (kind: { plural: string }, object: KubeObject & { spec?: Record<string, unknown> }) => {
    asked.push(kind.plural);
    if (!state.reachable) throw errors.internal('the server is away');
    const { spec = {} } = object;
    if (kind.plural === 'tokenreviews') {
      const known = spec.token === 'reader' || spec.token === 'stranger';
      return { ...object, status: known ? { authenticated: true, user: { username: String(spec.token), groups: ['g'] } } : { authenticated: false } };
    }
    const attributes = spec.nonResourceAttributes as { verb: string; path: string };
    const allowed = state.reader && spec.user === 'reader' && attributes.verb === 'get' && attributes.path === '/metrics';
    return { ...object, status: { allowed } };
  };
  const client: Client = { ...createMemoryClient(clock), create: create as Client['create'] };
  return { clock, asked, state, access: createPathAccess({ client, clock, log: silentLogger }) };
}

describe('access to a path', () => {
  it.each([
    ['without a token', '', '/metrics', { code: 401, message: 'Unauthorized' }],
    ['with a token that the cluster does not know', 'forged', '/metrics', { code: 401, message: 'Unauthorized' }],
    ['of a user without the right', 'stranger', '/metrics', { code: 403, message: 'Authorization denied for user stranger' }],
    ['of a user with a right to another path', 'reader', '/debug', { code: 403, message: 'Authorization denied for user reader' }],
    ['of a user with the right', 'reader', '/metrics', undefined],
  ])('%s is decided by the cluster', async (_, token, path, decision) => {
    expect(await cluster().access(token, 'get', path)).toEqual(decision);
  });

  it('asks again only when an answer is too old: a minute for tokens, five for rights, half a minute for a lack of them', async () => {
    const { clock, asked, state, access } = cluster();
    for (let i = 0; i < 3; i++) expect(await access('reader', 'get', '/metrics')).toBeUndefined();
    expect(asked).toEqual(['tokenreviews', 'subjectaccessreviews']);
    state.reader = false;
    await clock.advance(299_000);
    expect(await access('reader', 'get', '/metrics')).toBeUndefined();
    await clock.advance(2_000);
    expect(await access('reader', 'get', '/metrics')).toMatchObject({ code: 403 });
    state.reader = true;
    await clock.advance(31_000);
    expect(await access('reader', 'get', '/metrics')).toBeUndefined();
  });

  it('is refused while the cluster cannot be asked, and granted afterwards', async () => {
    const { state, access } = cluster();
    state.reachable = false;
    expect(await access('reader', 'get', '/metrics')).toEqual({ code: 500, message: 'Authentication failed' });
    state.reachable = true;
    expect(await access('reader', 'get', '/metrics')).toBeUndefined();
  });
});
