import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../store/memory.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { MERGE, serverWith } from './optional-plugins.fixture.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const service = (name: string, externalIPs?: readonly string[]) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], externalIPs } });

let server: TestServer;
beforeAll(async () => {
  // A Service that has external IPs from before the plugin was enabled.
  const store = createMemoryStore();
  const before = await serverWith({}, { store });
  await before.ask('POST', SERVICES, { body: service('old', ['1.2.3.4', '1.2.3.5']) });
  await before.stop();
  server = await serverWith({ DenyServiceExternalIPs: undefined }, { store });
});
afterAll(() => server.stop());

it.each<[string, () => ReturnType<TestServer['ask']>, string | undefined]>([
  ['a new Service without', () => server.ask('POST', SERVICES, { body: service('none') }), undefined],
  ['a new Service with one', () => server.ask('POST', SERVICES, { body: service('some', ['1.2.3.4']) }), 'some'],
  ['an update that keeps some', () => externalIps(['1.2.3.4']), undefined],
  ['an update that brings one', () => externalIps(['1.2.3.4', '1.2.3.6']), 'old'],
  ['an update that drops all', () => externalIps([]), undefined],
])('DenyServiceExternalIPs admits no external IP that was not there: %s', async (_what, write, refused) => {
  const { json } = await write();
  if (!refused) expect(json.kind).toBe('Service');
  else {
    const message = `services "${refused}" is forbidden: Use of external IPs is denied by admission control`;
    expect([json.code, json.reason, json.message]).toEqual([403, 'Forbidden', message]);
  }
});

const externalIps = (externalIPs: readonly string[]) => server.ask('PATCH', `${SERVICES}/old`, { body: { spec: { externalIPs } }, headers: MERGE });
