import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

let api: InjectedServer;
afterEach(() => api.close());

/** Starts a server whose store finds the first names it is given taken; `tried` are all names. */
async function serverWithCollisions(collisions: number): Promise<string[]> {
  const store = createMemoryStore();
  const tried: string[] = [];
  api = await startInjectedServer({
    clock: createFakeClock(),
    store: {
      ...store,
      async create(key, value, options) {
        if (!key.startsWith('/registry/configmaps/')) return store.create(key, value, options);
        tried.push(key.slice(key.lastIndexOf('/') + 1));
        return tried.length > collisions ? store.create(key, value, options) : { ok: false, current: undefined };
      },
    },
  });
  return tried;
}

const generated = { metadata: { generateName: 'job-' } };

describe('a generated name that is taken', () => {
  it.each([1, 7])('is replaced by another one, %i times', async (collisions) => {
    const tried = await serverWithCollisions(collisions);
    const { status, json } = await api.inject('POST', CONFIG_MAPS, generated);
    expect(status).toBe(201);
    expect(tried).toHaveLength(collisions + 1);
    expect(new Set(tried).size).toBe(collisions + 1);
    for (const name of tried) expect(name).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(json.metadata).toMatchObject({ name: tried.at(-1), generateName: 'job-' });
    expect((await api.inject('GET', `${CONFIG_MAPS}/${tried.at(-1)}`)).json.metadata.uid).toBe(json.metadata.uid);
  });

  it('is refused in upstream’s words after eight attempts', async () => {
    const tried = await serverWithCollisions(8);
    const { status, json, headers } = await api.inject('POST', CONFIG_MAPS, generated);
    expect(status).toBe(409);
    expect(tried).toHaveLength(8);
    expect(json).toMatchObject({
      reason: 'AlreadyExists',
      message: `configmaps "${tried.at(-1)}" already exists, the server was not able to generate a unique name for the object`,
      details: { name: tried.at(-1), kind: 'configmaps', retryAfterSeconds: 1 },
    });
    expect(headers['retry-after']).toBe('1');
  });

  it('is not replaced if the client chose it, though it names a prefix too', async () => {
    const tried = await serverWithCollisions(1);
    const { status } = await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'mine', generateName: 'job-' } });
    expect(status).toBe(409);
    expect(tried).toEqual(['mine']);
  });
});

it('tells that the object with the wanted name is on its way out', async () => {
  await serverWithCollisions(0);
  await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a', finalizers: ['example.com/wait'] } });
  await api.inject('DELETE', `${CONFIG_MAPS}/a`);
  const { status, json } = await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
  expect([status, json.message]).toEqual([409, 'object is being deleted: configmaps "a" already exists']);
});
