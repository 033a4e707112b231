import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { MERGE, PODS, serverWith } from './optional-plugins.fixture.ts';
import { podTolerationConfiguration } from './pod-toleration-configuration.ts';

const HEAD = { apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1', kind: 'Configuration' };
const PREFIX = 'scheduler.alpha.kubernetes.io/';

let server: TestServer | undefined;
afterEach(() => server?.stop());

interface Given {
  readonly cluster?: { readonly default?: readonly object[]; readonly whitelist?: readonly object[] };
  readonly defaultTolerations?: string;
  readonly tolerationsWhitelist?: string;
}

/** Starts a server without the tolerations that every pod gets, so that only those of the plugin show. */
async function started({ cluster, ...annotations }: Given): Promise<TestServer> {
  server = await serverWith({ PodTolerationRestriction: cluster && { ...HEAD, ...cluster } }, { disabled: ['DefaultTolerationSeconds'] });
  const body = { metadata: { annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`${PREFIX}${name}`, value])) } };
  await server.ask('PATCH', '/api/v1/namespaces/default', { body, headers: MERGE });
  return server;
}
const pod = (tolerations?: readonly object[], requests?: object) => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], tolerations },
});

const one = { key: 'one', operator: 'Equal', value: 'v', effect: 'NoSchedule' };
const two = { key: 'two', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 };
const pressure = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };
const text = JSON.stringify;

const refusedBy = (scope: string) => `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`;

describe('PodTolerationRestriction', () => {
  it.each<[string, Given, object[] | undefined, object | undefined, object[] | undefined]>([
    ['none, where there are none', {}, undefined, undefined, undefined],
    ['those of the cluster', { cluster: { default: [one] } }, undefined, undefined, [one]],
    ['those of its namespace in their place', { cluster: { default: [one] }, defaultTolerations: text([two]) }, undefined, undefined, [two]],
    ['none of the cluster, by an empty annotation', { cluster: { default: [one] }, defaultTolerations: '' }, undefined, undefined, undefined],
    ['none of the cluster, by an empty list', { cluster: { default: [one] }, defaultTolerations: '[]' }, undefined, undefined, undefined],
    ['its own, then those', { defaultTolerations: text([two]) }, [one], undefined, [one, two]],
    ['one of two that are the same', { defaultTolerations: text([one]) }, [one], undefined, [one]],
    ['the wider of two', { defaultTolerations: text([{ key: 'one', operator: 'Exists' }]) }, [one], undefined, [{ key: 'one', operator: 'Exists' }]],
    ['the longer of two', { defaultTolerations: text([{ ...two, tolerationSeconds: 90 }]) }, [two], undefined, [{ ...two, tolerationSeconds: 90 }]],
    ['that of memory pressure, if it asks for resources', { cluster: { default: [one] } }, undefined, { cpu: '1' }, [one, pressure]],
    ['what is on the whitelist', { tolerationsWhitelist: text([one, { key: 'two', operator: 'Exists' }]) }, [one, two], undefined, [one, two]],
    ['anything, by an empty whitelist of its namespace', { cluster: { whitelist: [one] }, tolerationsWhitelist: '[]' }, [two], undefined, [two]],
  ])('gives a new pod %s', async (_what, given, tolerations, requests, expected) => {
    const { json } = await (await started(given)).ask('POST', PODS, { body: pod(tolerations, requests) });
    expect([json.kind, json.spec?.tolerations]).toEqual(['Pod', expected]);
  });

  it.each<[string, Given, object[] | undefined, string]>([
    ['not on the whitelist of the namespace', { cluster: { whitelist: [two] }, tolerationsWhitelist: text([one]) }, [two], refusedBy('namespace')],
    ['not on the whitelist of the cluster', { cluster: { whitelist: [one] } }, [two], refusedBy('cluster')],
    ['of longer than the whitelist', { cluster: { whitelist: [two] } }, [{ ...two, tolerationSeconds: 61 }], refusedBy('cluster')],
    ['of any length', { cluster: { whitelist: [two] } }, [{ ...two, tolerationSeconds: undefined }], refusedBy('cluster')],
    ['that its namespace gives it', { defaultTolerations: text([two]), tolerationsWhitelist: text([one]) }, undefined, refusedBy('namespace')],
    ['of an annotation that is no JSON', { defaultTolerations: '[' }, undefined, 'unexpected end of JSON input'],
    [
      'of an annotation of another type',
      { tolerationsWhitelist: '[{"key":1}]' },
      [one],
      'json: cannot unmarshal number into Go struct field Toleration.key of type string',
    ],
  ])('refuses tolerations %s', async (_what, given, tolerations, message) => {
    const { json } = await (await started(given)).ask('POST', PODS, { body: pod(tolerations) });
    expect([json.code, json.reason, json.message]).toEqual([500, undefined, message]);
  });

  it('gives updated pods the toleration of memory pressure, and no defaults', async () => {
    const { ask } = await started({});
    await ask('POST', PODS, { body: pod([one], { cpu: '1' }) });
    const annotations = { [`${PREFIX}defaultTolerations`]: text([two]), [`${PREFIX}tolerationsWhitelist`]: text([one, pressure]) };
    await ask('PATCH', '/api/v1/namespaces/default', { body: { metadata: { annotations } }, headers: MERGE });
    const change = (spec: object) => ask('PATCH', `${PODS}/p`, { body: { metadata: { labels: { a: 'b' } }, spec }, headers: MERGE });
    expect((await change({})).json.spec.tolerations).toEqual([one, pressure]);
    expect((await change({ tolerations: [one, two] })).json.message).toBe(refusedBy('namespace'));
  });

  it.each([
    [{ ...HEAD, default: [{ operator: 'Equal' }] }, 'podtolerationrestriction.default[0].operator: Invalid value: "Equal"'],
    [{ ...HEAD, whitelist: [{ key: 1 }] }, 'whitelist.0.key: Invalid input'],
    [{ ...HEAD, kind: 'Other' }, 'kind: Invalid input'],
  ])('refuses a bad configuration: %j', (value, message) => {
    expect(() => podTolerationConfiguration(value)).toThrow(message);
  });
});
