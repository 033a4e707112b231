import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricsRegistries } from '../metrics/metrics-registries.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';

const metrics = metricsRegistries();
const MAPS = '/api/v1/namespaces/default/configmaps';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const YAML = { accept: 'application/yaml' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metrics });
  await server.ask('POST', MAPS, { body: { metadata: { name: 'c' }, data: { text: 'ä'.repeat(1_000) } } });
});
afterAll(() => server.stop());

/** Returns the sum and the number of the observations of a verb, resource and scope. */
async function sizes(verb: string, scope: string): Promise<[number, number]> {
  const text = await metrics.text();
  const value = (suffix: string) => {
    const labels = `verb="${verb}",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`;
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`apiserver_response_sizes_${suffix}{${labels}}`))
        ?.split(' ')[1] ?? 0,
    );
  };
  return [value('sum'), value('count')];
}

describe('the sizes of answers', () => {
  it.each<[string, string, string, string, Readonly<Record<string, string>>]>([
    ['of a get', `${MAPS}/c`, 'GET', 'resource', {}],
    ['of a get that finds nothing', `${MAPS}/none`, 'GET', 'resource', {}],
    ['of a list', MAPS, 'LIST', 'namespace', {}],
    ['of a list as a table, which is made as it is written', MAPS, 'LIST', 'namespace', TABLE],
    ['of a list in YAML', MAPS, 'LIST', 'namespace', YAML],
    ['of a list of all namespaces', '/api/v1/configmaps', 'LIST', 'cluster', {}],
  ])('are those before compression, in bytes: %s', async (_what, path, verb, scope, headers) => {
    const [sum, count] = await sizes(verb, scope);
    const { text } = await server.ask('GET', path, { headers });
    expect(await sizes(verb, scope)).toEqual([sum + Buffer.byteLength(text), count + 1]);
  });

  it('are not those of writes', async () => {
    await server.ask('DELETE', `${MAPS}/c`);
    expect(await metrics.text()).not.toMatch(/apiserver_response_sizes_count\{verb="(?!GET|LIST)/);
  });
});

it('deprecated resources that were asked for are shown, with the release that removes them', async () => {
  const shown = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('apiserver_requested_deprecated_apis{'));
  expect(await shown()).toEqual([]);
  await server.ask('GET', '/api/v1/namespaces/default/endpoints');
  await server.ask('GET', '/api/v1/componentstatuses');
  await server.ask('GET', '/apis/apps/v1beta2/namespaces/default/deployments');
  expect(await shown()).toEqual([
    'apiserver_requested_deprecated_apis{group="",version="v1",resource="endpoints",subresource="",removed_release=""} 1',
    'apiserver_requested_deprecated_apis{group="",version="v1",resource="componentstatuses",subresource="",removed_release=""} 1',
    'apiserver_requested_deprecated_apis{group="apps",version="v1beta2",resource="deployments",subresource="",removed_release="1.16"} 1',
  ]);
});
