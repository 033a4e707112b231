import { afterEach, expect, it } from '@jest/globals';
import type { ApiResponse } from '../contract/request.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const user = (name: string) => ({ name, groups: ['system:authenticated'] });

let server: TestServer;
afterEach(() => server.stop());

/** Takes an answer as the listener writes it: part by part, each in its turn. */
async function written({ status, body, ended }: ApiResponse): Promise<number> {
  if (body.kind === 'text') {
    let isFirst = true;
    for (const _part of body.parts) {
      if (!isFirst) await body.turn?.();
      isFirst = false;
    }
  }
  ended?.();
  return status;
}

const get = async (path: string, name: string): Promise<number> =>
  written(
    await server.server.handle({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: {},
      user: user(name),
      signal: new AbortController().signal,
    }),
  );

it('a flood of long lists lets the short requests of others through, and its lists end one after the other', async () => {
  server = await startTestServer();
  await server.grantAll('flood', 'mouse', 'writer');
  const data = { text: 'x'.repeat(4000) };
  for (let i = 0; i < 600; i++) await server.ask('POST', CONFIG_MAPS, { body: { metadata: { name: `c${i}` }, data } });

  let listed = 0;
  const flood = Array.from({ length: 80 }, async () => {
    const status = await get(CONFIG_MAPS, 'flood');
    listed++;
    return status;
  });
  const before: number[] = [];
  for (let i = 0; i < 20; i++) {
    const started = listed;
    expect(await get(`${CONFIG_MAPS}/c${i}`, 'mouse')).toBe(200);
    before.push(listed - started);
  }
  // On a slow machine the last of the lists wait in their queue longer than a request may.
  for (const status of await Promise.all(flood)) expect([200, 429]).toContain(status);
  expect(await flood[0]).toBe(200);
  // Each list is ten parts long: none of the short requests has waited for more than a few of the eighty.
  expect(Math.max(...before)).toBeLessThan(10);
});

it('a thousand writers at once are all answered, with what they want or with 429', async () => {
  server = await startTestServer();
  await server.grantAll('flood', 'mouse', 'writer');
  const writes = Array.from({ length: 1000 }, (_, i) =>
    server.ask('POST', CONFIG_MAPS, { body: { metadata: { name: `w${i}` } }, user: user('writer') }),
  );
  const statuses = (await Promise.all(writes)).map(({ status }) => status);
  const made = statuses.filter((status) => status === 201).length;
  expect(made + statuses.filter((status) => status === 429).length).toBe(1000);
  // The seats of the level, and the queues of one flow, are the least that is served.
  expect(made).toBeGreaterThan(300);
  expect(
    (await server.ask('GET', CONFIG_MAPS)).json.items.filter(({ metadata }: { metadata: { name: string } }) => /^w\d/.test(metadata.name)),
  ).toHaveLength(made);
});
