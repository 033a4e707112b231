import { request } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errors } from '../../api/meta/status-error.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { Keyring } from './keyring.ts';
import { renewedKeyring } from './keyring.ts';
import type { AdmissionRequest } from './review.ts';
import type { ReviewServer } from './server.ts';
import { serveReviews } from './server.ts';

const NAMES = { names: ['hook.test'], ips: [] };
let ring: Keyring;
let server: ReviewServer;
let asked: AdmissionRequest[];
beforeEach(async () => {
  ring = await renewedKeyring(undefined, NAMES, systemClock.now());
  asked = [];
  const refuse = (review: AdmissionRequest) => {
    asked.push(review);
    if (review.name === 'broken') throw new Error('the rules are broken');
    return { allowed: false, error: errors.forbidden({ group: '', plural: 'pods', kind: 'Pod' }, review.name, 'no') } as const;
  };
  server = await serveReviews({ port: 0, serving: ring.serving, admissions: new Map([['/quota', refuse]]), log: silentLogger });
});
afterEach(() => server.close());

const post = (path: string, body: string, ca = ring.bundle) =>
  new Promise<{ code: number | undefined; text: string }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, path, method: 'POST', ca, servername: 'hook.test', agent: false };
    const message = request(options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
      resolve({ code: answer.statusCode, text: Buffer.concat(chunks).toString() });
    });
    message.on('error', reject).end(body);
  });
const review = (name: string) =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'r1',
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'default',
      operation: 'CREATE',
      object: { metadata: { name } },
    },
  });

describe('the webhook', () => {
  it('answers a review with the decision, under the uid of the request', async () => {
    const { code, text } = await post('/quota?timeout=10s', review('web'));
    expect(code).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'r1', allowed: false, status: { code: 403, reason: 'Forbidden', message: 'pods "web" is forbidden: no' } },
    });
    expect(asked).toEqual([expect.objectContaining({ plural: 'pods', namespace: 'default', name: 'web', dryRun: false, operation: 'CREATE' })]);
  });

  it.each([
    ['what is no review', '/quota', '{"kind":"Pod"}', 400],
    ['what is no JSON', '/quota', 'x', 400],
    ['another path', '/nothing', review('web'), 404],
    ['a review that it fails on', '/quota', review('broken'), 500],
  ])('refuses %s', async (_, path, body, code) => expect((await post(path, body)).code).toBe(code));

  it('serves a new certificate to new connections', async () => {
    const next = await renewedKeyring(undefined, NAMES, systemClock.now());
    await expect(post('/quota', review('web'), next.bundle)).rejects.toThrow();
    server.serveWith(next.serving);
    expect((await post('/quota', review('web'), next.bundle)).code).toBe(200);
  });
});
