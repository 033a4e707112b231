import { afterEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { MERGE, PODS, serverWith } from './optional-plugins.fixture.ts';
import { podNodeSelectorConfiguration } from './pod-node-selector.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

let server: TestServer | undefined;
afterEach(() => server?.stop());

async function started(podNodeSelectorPluginConfig: Record<string, string>, annotation?: string): Promise<TestServer> {
  server = await serverWith({ PodNodeSelector: { podNodeSelectorPluginConfig } });
  if (annotation !== undefined) {
    const body = { metadata: { annotations: { [ANNOTATION]: annotation } } };
    await server.ask('PATCH', '/api/v1/namespaces/default', { body, headers: MERGE });
  }
  return server;
}
const pod = (nodeSelector?: object) => ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], nodeSelector } });

const CONFLICT = 'pods "p" is forbidden: pod node label selector conflicts with its namespace node label selector';
const NOT_ALLOWED = 'pods "p" is forbidden: pod node label selector labels conflict with its namespace whitelist';
const DEFAULT = { clusterDefaultNodeSelector: 'region=west' };

describe('PodNodeSelector', () => {
  it.each<[string, Record<string, string>, string | undefined, object | undefined, object | undefined]>([
    ['nothing, where there is nothing', {}, undefined, undefined, undefined],
    ['the default of the cluster', DEFAULT, undefined, undefined, { region: 'west' }],
    ['the annotation of its namespace in the place of the default', DEFAULT, 'env=test, infra = fedora', undefined, { env: 'test', infra: 'fedora' }],
    ['nothing by an empty annotation', DEFAULT, '', undefined, undefined],
    ['what it selects itself, beside that', DEFAULT, 'env=test', { a: 'b' }, { env: 'test', a: 'b' }],
    ['what it selects itself, if that is the same', DEFAULT, undefined, { region: 'west' }, { region: 'west' }],
    ['what its namespace may', { ...DEFAULT, default: 'region=west,a=b' }, undefined, { a: 'b' }, { region: 'west', a: 'b' }],
    ['what it likes, by an empty whitelist', { default: '' }, undefined, { a: 'b' }, { a: 'b' }],
  ])('has a new pod select %s', async (_what, configuration, annotation, nodeSelector, expected) => {
    const { json } = await (await started(configuration, annotation)).ask('POST', PODS, { body: pod(nodeSelector) });
    expect([json.kind, json.spec?.nodeSelector]).toEqual(['Pod', expected]);
  });

  it.each<[string, Record<string, string>, string | undefined, object | undefined, string, number]>([
    ['contradicts the default', DEFAULT, undefined, { region: 'east' }, CONFLICT, 403],
    ['contradicts the annotation', {}, 'env=test', { env: 'prod' }, CONFLICT, 403],
    ['selects another value than the whitelist', { default: 'a=b' }, undefined, { a: 'c' }, NOT_ALLOWED, 403],
    ['selects what is not on the whitelist', { default: 'a=b' }, undefined, { a: 'b', c: 'd' }, NOT_ALLOWED, 403],
    ['gets what is not on the whitelist', { ...DEFAULT, default: 'a=b' }, undefined, { a: 'b' }, NOT_ALLOWED, 403],
    ['is in a namespace with a bad annotation', {}, 'a', undefined, 'invalid selector: [a]', 500],
    ['is in a namespace with another bad annotation', {}, 'a=b=c', undefined, 'invalid selector: [a b c]', 500],
    [
      'is in a namespace whose annotation has a bad value',
      {},
      'a=b c',
      undefined,
      "[a]: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      500,
    ],
  ])('refuses a pod that %s', async (_what, configuration, annotation, nodeSelector, message, code) => {
    const { json } = await (await started(configuration, annotation)).ask('POST', PODS, { body: pod(nodeSelector) });
    expect([json.code, json.reason, json.message]).toEqual([code, code === 403 ? 'Forbidden' : undefined, message]);
  });

  it('looks again at what a webhook leaves', async () => {
    server = await serverWith(
      { PodNodeSelector: { podNodeSelectorPluginConfig: DEFAULT } },
      {
        after({ object, kind }) {
          if (kind.plural === 'pods') Object.assign((object as Pod).spec ?? {}, { nodeSelector: { region: 'east' } });
        },
      },
    );
    expect((await server.ask('POST', PODS, { body: pod() })).json.message).toBe(CONFLICT);
  });

  it('does not look at updates', async () => {
    const { ask } = await started({});
    await ask('POST', PODS, { body: pod({ a: 'b' }) });
    await ask('PATCH', '/api/v1/namespaces/default', { body: { metadata: { annotations: { [ANNOTATION]: 'a=c' } } }, headers: MERGE });
    expect((await ask('PATCH', `${PODS}/p`, { body: { metadata: { labels: { x: 'y' } } }, headers: MERGE })).status).toBe(200);
  });

  it.each([
    [{ podNodeSelectorPluginConfig: { ns: 'a' } }, 'podNodeSelectorPluginConfig.ns: invalid selector: [a]'],
    [{ podNodeSelectorPluginConfig: { ns: 1 } }, 'podNodeSelectorPluginConfig.ns: Invalid input'],
    [{ other: {} }, 'the whole: Unrecognized key: "other"'],
  ])('refuses a bad configuration: %j', (value, message) => {
    expect(() => podNodeSelectorConfiguration(value)).toThrow(message);
  });
});
