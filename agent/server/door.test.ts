import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kind } from '../../api/definition/kind.ts';
import { tokenReviews } from '../../api/kinds/authentication/token-review.ts';
import { subjectAccessReviews } from '../../api/kinds/authorization/subject-access-review.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { systemClock } from '../../base/clock.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { WriteOptions } from '../../runtime/client/client.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createAgentMetrics } from '../node/agent-metrics.ts';
import { plainSettings } from './agent-settings.fixture.ts';
import { createAuthenticate } from './authentication.ts';
import { attributesOf, createAuthorize } from './authorization.ts';
import type { Door } from './door.ts';
import { createDoor } from './door.ts';
import type { NodeServer } from './node-server.ts';
import { createNodeServer } from './node-server.ts';
import type { PodLookup, ServerNode } from './server-node.ts';
import type { ServingPair } from './serving-certificate.ts';

describe('the attributes of a request to the node', () => {
  it.each([
    ['GET', '/pods', 'get', ['pods', 'proxy']],
    ['GET', '/runningpods/', 'get', ['pods', 'proxy']],
    ['GET', '/healthz/ping', 'get', ['healthz', 'proxy']],
    ['GET', '/configz', 'get', ['configz', 'proxy']],
    ['GET', '/statusz', 'get', ['statusz', 'proxy']],
    ['GET', '/flagz', 'get', ['flagz', 'proxy']],
    ['GET', '/stats/summary', 'get', ['stats']],
    ['GET', '/metrics/cadvisor', 'get', ['metrics']],
    ['GET', '/logs/', 'get', ['log']],
    ['POST', '/checkpoint/ns/p/c', 'create', ['checkpoint']],
    ['POST', '/exec/ns/p/c', 'create', ['proxy']],
    ['GET', '/containerLogs/ns/p/c', 'get', ['proxy']],
    ['PUT', '/x', 'update', ['proxy']],
    ['PATCH', '/x', 'patch', ['proxy']],
    ['DELETE', '/x', 'delete', ['proxy']],
    ['HEAD', '/podsx', '', ['proxy']],
  ])('%s %s: %s %j', (method, path, verb, subresources) => {
    expect(attributesOf(method, path)).toEqual({ verb, subresources });
  });
});

/** Answers reviews: `good` is the token of `ann`, who may get nodes/stats; the API server's client may do anything. */
function reviewingClient(clock: FakeClock): MemoryClient {
  const client = createMemoryClient(clock);
  const { create } = client;
  let count = 0;
  const reviewed = async (kind: Kind, object: KubeObject, options?: WriteOptions) => {
    await create(kind, { ...object, metadata: { name: `review-${count++}` } }, options);
    const spec = ('spec' in object ? object.spec : {}) as { token?: string; user?: string; resourceAttributes?: { subresource: string } };
    const status =
      kind.plural === tokenReviews.plural
        ? spec.token === 'good'
          ? { authenticated: true, user: { username: 'ann', uid: 'u', groups: ['g'], extra: { a: ['b'] } } }
          : {}
        : { allowed: spec.user === 'kube-apiserver-kubelet-client' || spec.resourceAttributes?.subresource === 'stats' };
    return { ...object, status };
  };
  client.create = reviewed as MemoryClient['create'];
  return client;
}

describe("kubelet's door", () => {
  let clock: FakeClock;
  let client: MemoryClient;
  let server: NodeServer;
  let port: number;
  let ca: KeyPair;
  let serving: ServingPair | undefined;
  let changed: () => void;
  const issue = async (name: string) => {
    const { certificate: cert, key } = await issueServingCertificate(ca, { commonName: name }, { names: ['node'], ips: [] }, { now: Date.now() });
    return { cert, key };
  };

  beforeAll(async () => {
    clock = createFakeClock();
    client = reviewingClient(clock);
    ca = await createCertificateAuthority('ca', { now: Date.now() });
    const door: Door = createDoor({
      authenticate: createAuthenticate(client, clock),
      authorize: createAuthorize(client, 'n1', clock),
      log: silentLogger,
    });
    const tls = {
      clientCa: ca.certificate,
      serving: {
        current: () => serving,
        subscribe(listener: () => void) {
          changed = listener;
          return () => {};
        },
      },
    };
    const cache = { podUids: () => [] };
    const node = { clock: systemClock, log: silentLogger, cache } as unknown as ServerNode;
    const pods = { workers: () => [] } as unknown as PodLookup;
    server = createNodeServer({ node, pods, metrics: createAgentMetrics('n1'), settings: plainSettings(), tls, door });
    port = await server.listen(0, '127.0.0.1');
  });
  afterAll(() => server.close());

  interface Ask {
    readonly token?: string;
    readonly pair?: KeyPair;
    readonly path?: string;
  }
  async function ask({ token, pair, path = '/pods' }: Ask): Promise<string> {
    const request = httpsRequest({
      host: '127.0.0.1',
      port,
      path,
      servername: 'node',
      ca: ca.certificate,
      agent: false,
      ...(pair && { cert: pair.certificate, key: pair.key }),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    request.end();
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return `${response.statusCode} ${text}`;
  }
  const servedName = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: ca.certificate, servername: 'node' }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('is closed as long as the node has no certificate, and takes a new one without a restart', async () => {
    await expect(servedName()).rejects.toThrow();
    serving = await issue('first');
    changed();
    expect(await servedName()).toBe('first');
    serving = await issue('second');
    changed();
    expect(await servedName()).toBe('second');
  });

  it('answers 401 without credentials, and for a token or a certificate that is not good', async () => {
    const foreign = await createCertificateAuthority('other', { now: Date.now() });
    const options = { now: Date.now() };
    const subject = { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] };
    expect(await ask({})).toBe('401 Unauthorized');
    expect(await ask({ token: 'bad' })).toBe('401 Unauthorized');
    expect(await ask({ pair: await issueClientCertificate(foreign, subject, options) })).toBe('401 Unauthorized');
    const expired = await issueClientCertificate(ca, subject, { now: Date.now() - 3_600_000, lifeMs: 60_000 });
    expect(await ask({ pair: expired })).toBe('401 Unauthorized');
  });

  it('answers 403 with the question that was asked, before it looks for the path', async () => {
    expect(await ask({ token: 'good' })).toBe('403 Forbidden (user=ann, verb=get, resource=nodes, subresource(s)=[pods proxy])\n');
    expect(await ask({ token: 'good', path: '/nothing' })).toBe('403 Forbidden (user=ann, verb=get, resource=nodes, subresource(s)=[proxy])\n');
  });

  it('lets the API server in by its certificate', async () => {
    const pair = await issueClientCertificate(ca, { commonName: 'kube-apiserver-kubelet-client' }, { now: Date.now() });
    expect(await ask({ pair })).toMatch(/^200 \{"kind":"PodList"/);
    expect(await ask({ pair, path: '/nothing' })).toBe('404 404 page not found\n');
    // The words of a command may be long: up to a megabyte, as kubelet takes them.
    expect(await ask({ pair, path: `/nothing?command=${'a'.repeat(200_000)}` })).toBe('404 404 page not found\n');
    expect(await ask({ pair, path: '/exec/%ff/p/c' })).toMatch(/^400 /);
  });

  it('shows the API server the configuration, the pods that run, and the outcomes of health checks', async () => {
    const pair = await issueClientCertificate(ca, { commonName: 'kube-apiserver-kubelet-client' }, { now: Date.now() });
    const configuration = await ask({ pair, path: '/configz' });
    expect(JSON.parse(configuration.replace(/^200 /, ''))).toMatchObject({ kubeletconfig: { kind: 'KubeletConfiguration', maxPods: 110 } });
    expect(await ask({ pair, path: '/runningpods/' })).toBe('200 {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}');
    expect(await ask({ pair, path: '/healthz' })).toBe('200 ok');
    expect(await ask({ pair, path: '/metrics/slis' })).toContain('kubernetes_healthcheck{name="syncloop",type="healthz"} 1');
  });

  it('asks the API server once for two minutes for a token, five for an allowance, and half a minute for a refusal', async () => {
    const asked = (plural: string) => client.calls.filter((call) => call.startsWith(`create ${plural}`)).length;
    const count = () => [asked(tokenReviews.plural), asked(subjectAccessReviews.plural)];
    const headers = { authorization: 'Bearer good' };
    const authenticate = createAuthenticate(client, clock);
    const authorize = createAuthorize(client, 'n1', clock);
    const stats = { verb: 'get', subresources: ['stats'] };
    const exec = { verb: 'create', subresources: ['proxy'] };
    const both = async () => {
      const caller = await authenticate({ headers, socket: {} } as never);
      if (!caller) throw new Error('the token is good');
      return [await authorize(caller, stats), await authorize(caller, exec)];
    };
    const [tokens = 0, reviews = 0] = count();
    expect(await both()).toEqual([true, false]);
    expect(count()).toEqual([tokens + 1, reviews + 2]);
    await both();
    expect(count()).toEqual([tokens + 1, reviews + 2]);
    await clock.advance(31_000);
    await both();
    expect(count()).toEqual([tokens + 1, reviews + 3]);
    await clock.advance(90_000);
    await both();
    expect(count()).toEqual([tokens + 2, reviews + 4]);
    await clock.advance(180_000);
    await both();
    expect(count()).toEqual([tokens + 3, reviews + 6]);
  });
});
