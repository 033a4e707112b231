import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import type { Exchange } from '../../contract/stage.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import type { WebhookHandler, WebhookServer } from '../../webhook/webhook-server.fixture.ts';
import { startWebhookServer } from '../../webhook/webhook-server.fixture.ts';
import { imagePolicyConfiguration } from './image-policy-configuration.ts';
import { MERGE, PODS, STRATEGIC, serverWith } from './optional-plugins.fixture.ts';

const TYPE = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1' };
const answering =
  (status: object): WebhookHandler =>
  () => ({ body: { ...TYPE, status } });
const allowing = answering({ allowed: true });

let dir: string;
let hook: WebhookServer;
let server: TestServer;
let notes: Record<string, string>[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'image-policy-'));
  hook = await startWebhookServer(allowing);
  notes = [];
});
afterEach(async () => {
  await server.stop();
  await hook.close();
  await removeDirectory(dir);
});

/** Starts a server whose webhook is at a URL; default: the one that runs. */
async function started(policy: object = {}, url = `${hook.url}/policy`, clock?: ReturnType<typeof createFakeClock>): Promise<void> {
  const kubeConfigFile = join(dir, 'kubeconfig');
  const kubeconfig = {
    clusters: [{ name: 'policy', cluster: { server: url, 'certificate-authority-data': hook.caBundle } }],
    contexts: [{ name: 'policy', context: { cluster: 'policy', user: 'server' } }],
    users: [{ name: 'server', user: { token: 'secret' } }],
    'current-context': 'policy',
  };
  await writeFile(kubeConfigFile, JSON.stringify(kubeconfig));
  const observer = { name: 'notes', finished: ({ annotations }: Exchange) => void notes.push({ ...annotations }) };
  const options = { observers: [observer], ...(clock ? { clock } : {}) };
  server = await serverWith({ ImagePolicyWebhook: { imagePolicy: { kubeConfigFile, ...policy } } }, options);
}
const create = async (name: string, more: object = {}, image = 'web:1') => {
  const body = { metadata: { name, ...more }, spec: { initContainers: [{ name: 'i', image: 'init:1' }], containers: [{ name: 'c', image }] } };
  return (await server.ask('POST', PODS, { body })).json;
};
const outcomeOf = (json: { readonly code?: number; readonly message?: string }) => [json.code ?? 201, json.message];

describe('ImagePolicyWebhook', () => {
  it('shows the images of pods and of ephemeral containers to the webhook', async () => {
    await started();
    await create('p', { annotations: { 'mine.image-policy.k8s.io/ticket': '1', other: '2' } });
    const ephemeral = { spec: { ephemeralContainers: [{ name: 'e', image: 'debug:1' }] } };
    await server.ask('PATCH', `${PODS}/p/ephemeralcontainers`, { body: ephemeral, headers: STRATEGIC });
    const annotations = { 'mine.image-policy.k8s.io/ticket': '1' };
    expect(hook.state.reviews).toEqual([
      {
        ...TYPE,
        metadata: {},
        spec: { containers: [{ image: 'web:1' }, { image: 'init:1' }], annotations, namespace: 'default' },
        status: { allowed: false },
      },
      { ...TYPE, metadata: {}, spec: { containers: [{ image: 'debug:1' }], annotations, namespace: 'default' }, status: { allowed: false } },
    ]);
    expect(hook.state.paths).toEqual(['/policy', '/policy']);
  });

  it.each([
    [{ allowed: false }, 'pods "p" is forbidden: one or more images rejected by webhook backend'],
    [{ allowed: false, reason: 'too old' }, 'pods "p" is forbidden: image policy webhook backend denied one or more images: too old'],
    [{}, 'pods "p" is forbidden: one or more images rejected by webhook backend'],
  ])('refuses what the webhook does: %j', async (status, message) => {
    hook.state.handler = answering(status);
    await started();
    expect(outcomeOf(await create('p'))).toEqual([403, message]);
  });

  it('remembers answers for their time', async () => {
    const clock = createFakeClock();
    await started({ allowTTL: 60, denyTTL: 10 }, undefined, clock);
    const reviewsAfter = async (name: string, image: string) => {
      await create(name, {}, image);
      return hook.state.reviews.length;
    };
    expect([await reviewsAfter('a', 'x'), await reviewsAfter('b', 'x'), await reviewsAfter('c', 'y')]).toEqual([1, 1, 2]);
    await server.ask('PATCH', `${PODS}/a`, { body: { metadata: { labels: { a: 'b' } } }, headers: MERGE });
    expect(hook.state.reviews).toHaveLength(2);
    hook.state.handler = answering({ allowed: false });
    expect([await reviewsAfter('d', 'z'), await reviewsAfter('e', 'z')]).toEqual([3, 3]);
    await clock.advance(11_000);
    expect([await reviewsAfter('f', 'z'), await reviewsAfter('g', 'x')]).toEqual([4, 4]);
    await clock.advance(50_000);
    expect(await reviewsAfter('h', 'x')).toBe(5);
  });

  it('puts annotations of the answer into the audit event', async () => {
    hook.state.handler = answering({ allowed: true, auditAnnotations: { seen: 'yes', 'not valid': 'x' } });
    await started();
    await create('p');
    expect(notes.at(-1)).toMatchObject({ 'imagepolicywebhook.image-policy.k8s.io/seen': 'yes' });
    expect(Object.keys(notes.at(-1) ?? {}).filter((key) => key.includes('valid'))).toEqual([]);
  });

  it.each<[string, WebhookHandler, string]>([
    ['answers an error', () => ({ code: 503, body: 'busy' }), 'the server is currently unable to handle the request'],
    ['answers something else', () => ({ body: { kind: 'Other' } }), 'the answer is no ImageReview of imagepolicy.k8s.io/v1alpha1'],
  ])('refuses pods if the webhook %s, or admits them by default', async (_what, handler, why) => {
    hook.state.handler = handler;
    await started();
    expect(outcomeOf(await create('p'))).toEqual([403, `pods "p" is forbidden: ${why}`]);
    await server.stop();
    await started({ defaultAllow: true });
    expect(outcomeOf(await create('q'))).toEqual([201, undefined]);
    expect(notes.at(-1)).toMatchObject({ 'imagepolicywebhook.image-policy.k8s.io/failed-open': 'true' });
  });

  it('refuses pods if nothing answers, in Go’s words', async () => {
    await started({}, 'https://127.0.0.1:1/policy');
    const why = 'Post "https://127.0.0.1:1/policy": dial tcp 127.0.0.1:1: connect: connection refused';
    expect(outcomeOf(await create('p'))).toEqual([403, `pods "p" is forbidden: ${why}`]);
  });

  it('tries five times while the webhook has a passing trouble', async () => {
    hook.state.handler = () => (hook.state.reviews.length < 5 ? { code: 500, body: 'oops' } : { body: { ...TYPE, status: { allowed: true } } });
    await started({ retryBackoff: 1 });
    expect(outcomeOf(await create('p'))).toEqual([201, undefined]);
    hook.state.handler = () => ({ code: 500, body: 'oops' });
    const { message } = await create('q', {}, 'other:1');
    expect(message).toBe('pods "q" is forbidden: an error on the server ("unknown") has prevented the request from succeeding');
    expect(hook.state.reviews).toHaveLength(10);
  });

  it.each<[unknown, string]>([
    [undefined, 'no config specified'],
    [{ imagePolicy: {} }, 'imagePolicy.kubeConfigFile: Invalid input'],
    [{ imagePolicy: { kubeConfigFile: 'f', allowTTL: 1801 } }, 'imagePolicy.allowTTL: must be between 1 and 1800, 0 or -1'],
    [{ imagePolicy: { kubeConfigFile: 'f', retryBackoff: -2 } }, 'imagePolicy.retryBackoff: must be between 1 and 300000, 0 or -1'],
    [{ imagePolicy: { kubeConfigFile: 'f', other: 1 } }, 'imagePolicy: Unrecognized key: "other"'],
  ])('refuses a bad configuration: %j', async (value, message) => {
    await started();
    expect(() => imagePolicyConfiguration(value)).toThrow(message);
  });

  it('has upstream’s times by default, and none by -1', async () => {
    await started();
    const read = (more: object) => imagePolicyConfiguration({ imagePolicy: { kubeConfigFile: 'f', ...more } });
    expect(read({})).toEqual({ kubeConfigFile: 'f', allowMs: 300_000, denyMs: 30_000, retryMs: 500, defaultAllow: false });
    expect(read({ allowTTL: -1, denyTTL: 1, retryBackoff: -1 })).toMatchObject({ allowMs: 0, denyMs: 1_000, retryMs: 0 });
  });
});
