import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { duplexPair } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { ADMIN, eventually, startTestServer } from '../test-server.fixture.ts';

let ca: KeyPair;
let client: KeyPair;
let serving: KeyPair;
let server: TestServer;
let node: Server;
let answer: (request: IncomingMessage) => { code: number; text: string };
const asked: { url: string; method: string; client: unknown }[] = [];

beforeAll(async () => {
  const now = Date.now();
  ca = await createCertificateAuthority('kubernetes', { now });
  client = await issueClientCertificate(ca, { commonName: 'kube-apiserver-kubelet-client' }, { now });
  serving = await issueServingCertificate(ca, { commonName: 'system:node:n1' }, { names: ['n1'], ips: ['127.0.0.1'] }, { now });
  const tls = { cert: serving.certificate, key: serving.key, ca: ca.certificate, requestCert: true, rejectUnauthorized: true };
  const note = (request: IncomingMessage) => {
    const subject = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject.CN : undefined;
    asked.push({ url: request.url ?? '', method: request.method ?? '', client: subject });
  };
  const https = createServer(tls, (request, response) => {
    note(request);
    if (request.url?.includes('follow=true&sinceSeconds=7')) {
      response.on('close', () => asked.push({ url: 'closed', method: '', client: '' }));
      return response.writeHead(200).write('first\n');
    }
    const { code, text } = answer(request);
    response.writeHead(code).end(text);
  });
  https.on('upgrade', (request, socket) => {
    note(request);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\nhello `,
    );
    socket.pipe(socket);
  });
  node = https.listen(0, '127.0.0.1');
  await once(node, 'listening');
});
afterAll(() => void node.close());

beforeEach(async () => {
  asked.length = 0;
  answer = () => ({ code: 200, text: 'line\n' });
  server = await startTestServer({ kubelet: { ...client, ca: ca.certificate } });
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
  const { port } = node.address() as AddressInfo;
  const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: port } } };
  await server.ask('PATCH', '/api/v1/nodes/n1/status', { headers: { 'content-type': 'application/merge-patch+json' }, body: { status } });
});
afterEach(() => server.stop());

const POD = '/api/v1/namespaces/default/pods/p';
const createPod = (spec: object = {}) =>
  server.ask('POST', '/api/v1/namespaces/default/pods', {
    body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } },
  });
const bind = (name = 'n1') => server.ask('POST', `${POD}/binding`, { body: { target: { kind: 'Node', name } } });

describe('logs', () => {
  it('are the bytes that the agent of the pod’s node gives, asked with the server’s certificate', async () => {
    await createPod({ nodeName: 'n1' });
    const { status, text, headers } = await server.ask('GET', `${POD}/log?follow=true&tailLines=5&timestamps=false&pretty=true`);
    expect([status, text, headers['content-type']]).toEqual([200, 'line\n', 'text/plain']);
    expect(asked).toEqual([{ url: '/containerLogs/default/p/c?follow=true&tailLines=5', method: 'GET', client: 'kube-apiserver-kubelet-client' }]);
  });

  it('that are followed come as they are written, and end at the agent when the client goes', async () => {
    await createPod({ nodeName: 'n1' });
    const gone = new AbortController();
    const query = new URLSearchParams('follow=true&sinceSeconds=7');
    const { body } = await server.server.handle({ method: 'GET', path: `${POD}/log`, query, headers: {}, user: ADMIN, signal: gone.signal });
    if (body.kind !== 'stream') throw new Error(`answered with ${body.kind}`);
    const seen: string[] = [];
    const ended = body.run({ write: (chunk) => seen.push(String(chunk)) > 0 }, gone.signal);
    await eventually(() => seen.join('') === 'first\n');
    gone.abort();
    await ended;
    await eventually(() => asked.at(-1)?.url === 'closed');
  });

  it('lose nothing to a client that reads slowly', async () => {
    await createPod({ nodeName: 'n1' });
    const text = 'x'.repeat(1_000_000);
    answer = () => ({ code: 200, text });
    const { signal } = new AbortController();
    const { body } = await server.server.handle({
      method: 'GET',
      path: `${POD}/log`,
      query: new URLSearchParams(),
      headers: {},
      user: ADMIN,
      signal,
    });
    if (body.kind !== 'stream') throw new Error(`answered with ${body.kind}`);
    let seen = 0;
    let room = true;
    const sink = {
      write(chunk: string | Buffer) {
        if (!room) return false;
        seen += chunk.length;
        room = false;
        return true;
      },
      drained: async () => {
        room = true;
        return true;
      },
    };
    await body.run(sink, signal);
    expect(seen).toBe(text.length);
  });

  it('of a pod that has no node yet are empty', async () => {
    await createPod();
    expect(await server.ask('GET', `${POD}/log`)).toMatchObject({ status: 200, text: '' });
  });

  it('come with the agent’s words where it refuses', async () => {
    await createPod({ nodeName: 'n1' });
    const why = 'container "c" in pod "p" is waiting to start: ContainerCreating';
    answer = () => ({ code: 400, text: why });
    expect((await server.ask('GET', `${POD}/log`)).json).toMatchObject({ code: 400, reason: 'BadRequest', message: why });
    answer = () => ({ code: 500, text: 'broken' });
    expect((await server.ask('GET', `${POD}/log`)).json).toMatchObject({ code: 500, message: 'Internal error occurred: broken' });
  });

  it.each([
    ['?container=x', 400, 'container x is not valid for pod p'],
    ['', 400, 'a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i]'],
    ['?tailLines=-1', 422, 'PodLogOptions "" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['?sinceSeconds=0', 422, 'PodLogOptions "" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
  ])('asked for with %s are refused', async (query, code, message) => {
    const [a, b, i] = ['a', 'b', 'i'].map((name) => ({ name, image: 'i' }));
    await createPod({ containers: [a, b], initContainers: [i] });
    const { status, json } = await server.ask('GET', `${POD}/log${query}`);
    expect([status, json.message]).toEqual([code, message]);
  });

  it('of a node that does not answer are unavailable', async () => {
    await createPod({ nodeName: 'n1' });
    const body = { status: { daemonEndpoints: { kubeletEndpoint: { Port: 1 } } } };
    await server.ask('PATCH', '/api/v1/nodes/n1/status', { headers: { 'content-type': 'application/merge-patch+json' }, body });
    const { status, json } = await server.ask('GET', `${POD}/log`);
    expect([status, json.message]).toEqual([503, expect.stringMatching(/error trying to reach service: dial tcp \S+: connect: connection refused/)]);
  });
});

describe('logs over a WebSocket', () => {
  async function read(protocol?: string): Promise<{ protocol: string; messages: string[] }> {
    const front = createHttpServer();
    front.on('upgrade', async ({ headers }, socket, head) => {
      const request = { method: 'GET', path: `${POD}/log`, query: new URLSearchParams(), user: ADMIN, signal: new AbortController().signal };
      const { status, body } = await server.server.handle({ ...request, headers: { ...headers } as Record<string, string> });
      if (body.kind === 'upgrade') body.take(socket, head);
      else socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    });
    await once(front.listen(0, '127.0.0.1'), 'listening');
    try {
      const client = new WebSocket(`ws://127.0.0.1:${(front.address() as AddressInfo).port}`, protocol === undefined ? [] : [protocol]);
      const messages: string[] = [];
      client.on('message', (data: Buffer) => messages.push(data.toString()));
      await once(client, 'close');
      return { protocol: client.protocol, messages };
    } finally {
      front.close();
    }
  }

  it.each([
    [undefined, '', ['', 'line\n']],
    ['binary.k8s.io', 'binary.k8s.io', ['', 'line\n']],
    ['base64.binary.k8s.io', 'base64.binary.k8s.io', ['', 'bGluZQo=']],
  ])('come in the protocol that is asked for: %s', async (asks, protocol, messages) => {
    await createPod({ nodeName: 'n1' });
    expect(await read(asks)).toEqual({ protocol, messages });
  });

  it('are refused in a protocol that is none of logs', async () => {
    await createPod({ nodeName: 'n1' });
    await expect(read('v4.channel.k8s.io')).rejects.toThrow('Unexpected server response: 400');
  });
});

describe('exec', () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  const exec = (query: string, headers: Record<string, string> = upgrade) =>
    server.server.handle({
      method: 'POST',
      path: `${POD}/exec`,
      query: new URLSearchParams(query),
      headers,
      user: ADMIN,
      signal: new AbortController().signal,
    });

  it('makes the client’s connection and the agent’s one', async () => {
    await createPod({ nodeName: 'n1' });
    const { body } = await exec('command=sh&command=-c&command=date&stdin=true&stdout=true&tty=true');
    if (body.kind !== 'upgrade') throw new Error(`answered with ${body.kind}`);
    const [ours, theirs] = duplexPair();
    body.take(theirs, Buffer.from('early '));
    ours.write('typed');
    let seen = '';
    for await (const chunk of ours) {
      seen += chunk;
      if (seen.endsWith('typed')) break;
    }
    expect(seen).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(seen).toContain('X-Stream-Protocol-Version: v4.channel.k8s.io\r\n');
    expect(seen.split('\r\n\r\n')[1]).toBe('hello early typed');
    expect(asked[0]).toMatchObject({ url: '/exec/default/p/c?input=1&output=1&tty=1&command=sh&command=-c&command=date', method: 'POST' });
  });

  it.each([
    ['command=ls', {}, 'Upgrade request required'],
    ['stdout=true', upgrade, 'you must specify at least one command for the container'],
    ['command=ls&container=z', upgrade, 'container z is not valid for pod p'],
  ])('with %s is refused', async (query, headers, message) => {
    await createPod({ nodeName: 'n1' });
    const { status, body } = await exec(query, headers);
    expect([status, body.kind === 'object' ? body.object : body]).toMatchObject([400, expect.anything()]);
    expect(JSON.stringify(body.kind === 'text' ? [...body.parts] : body.kind === 'object' ? body.object : '')).toContain(message);
  });

  it.each([
    [
      'the container',
      {
        containers: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'i' },
        ],
      },
      'container=z',
      'container z is not valid for pod p',
    ],
    ['the command', { nodeName: 'n1' }, 'stdout=true', 'you must specify at least one command for the container'],
    ['the node', {}, 'command=ls', 'pod p does not have a host assigned'],
    ['the connection', { nodeName: 'n1' }, 'command=ls', 'Upgrade request required'],
  ])('looks at %s before what comes after it', async (_what, spec, query, message) => {
    await createPod(spec);
    const { body } = await exec(query, {});
    expect(JSON.stringify(body)).toContain(message);
  });

  it('asks for a host before it asks for a command', async () => {
    await createPod();
    expect(JSON.stringify((await exec('stdout=true', {})).body)).toContain('pod p does not have a host assigned');
  });
});

describe('proxying', () => {
  let target: HttpServer;
  let port = 0;
  beforeEach(async () => {
    target = createHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/moved') return response.writeHead(302, { location: '/else' }).end();
        const { authorization, cookie } = request.headers;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ url: request.url, method: request.method, body: Buffer.concat(chunks).toString(), authorization, cookie }));
      });
    });
    await once(target.listen(0, '127.0.0.1'), 'listening');
    port = (target.address() as AddressInfo).port;
    await createPod({ nodeName: 'n1' });
    await server.objects.modify(pods, { namespace: 'default', name: 'p' }, (pod) => ({
      ...pod,
      status: { ...pod.status, podIPs: [{ ip: '127.0.0.1' }] },
    }));
  });
  afterEach(() => void target.close());

  it('goes on to the pod with method, path, query and body, without the credentials', async () => {
    const headers = { authorization: 'Bearer secret', cookie: 'a=b' };
    const { json } = await server.ask('POST', `/api/v1/namespaces/default/pods/p:${port}/proxy/some/path?x=1`, { headers, body: { hello: true } });
    expect(json).toEqual({ url: '/some/path?x=1', method: 'POST', body: '{"hello":true}', cookie: 'a=b' });
  });

  it('keeps redirects within the proxy', async () => {
    const path = `/api/v1/namespaces/default/pods/p:${port}/proxy`;
    expect((await server.ask('GET', `${path}/moved`)).headers.location).toBe(`${path}/else`);
  });

  it('goes on to a ready endpoint of a service', async () => {
    await server.ask('POST', '/api/v1/namespaces/default/services', {
      body: { metadata: { name: 's' }, spec: { ports: [{ name: 'web', port: 80 }] } },
    });
    const path = '/api/v1/namespaces/default/services/s:web/proxy/';
    expect((await server.ask('GET', path)).json.message).toBe('no endpoints available for service "s"');
    // Past validation, which allows no loopback address.
    await server.objects.create(endpointSlices, {
      metadata: { namespace: 'default', name: 's-1', labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['192.0.2.1'], conditions: { ready: false } },
        { addresses: ['127.0.0.1'], conditions: { ready: true } },
      ],
      ports: [{ name: 'web', port }],
    });
    expect((await server.ask('GET', `${path}index`)).json.url).toBe('/index');
    expect((await server.ask('GET', path.replace('web', 'none'))).json.message).toBe('no service port "none" found for service "s"');
  });

  it('lets the links of pages lead back here, compressed ones too, and opens nothing to other sites', async () => {
    const root = `/api/v1/namespaces/default/pods/p:${port}/proxy`;
    const link = (url: string) => `<a href="${url}">x</a>`;
    const page = [link('/x/'), link(`http://127.0.0.1:${port}/y`), link('http://example.com/z'), link('relative'), link(`${root}/w`)].join('');
    const expected = [link(`${root}/x/`), link(`${root}/y`), link('http://example.com/z'), link('relative'), link(`${root}/w`)].join('');
    target.removeAllListeners('request').on('request', (request, response) => {
      const forwarded = `${request.headers['x-forwarded-uri']} ${request.headers.host}`;
      const headers = { 'content-type': 'text/html; charset=utf-8', 'access-control-allow-origin': '*', 'x-seen': forwarded };
      const compressed = request.url === '/zipped';
      response.writeHead(200, compressed ? { ...headers, 'content-encoding': 'gzip' } : headers);
      response.end(compressed ? gzipSync(page) : page);
    });
    const plain = await server.ask('GET', `${root}/`, { headers: { host: 'api.example:6443' } });
    expect([plain.text, plain.headers['access-control-allow-origin'], plain.headers['x-seen']]).toEqual([
      expected,
      undefined,
      `${root}/ api.example:6443`,
    ]);
    const response = await server.server.handle({
      method: 'GET',
      path: `${root}/zipped`,
      query: new URLSearchParams(),
      headers: {},
      user: ADMIN,
      signal: new AbortController().signal,
    });
    const chunks: Buffer[] = [];
    if (response.body.kind === 'stream') {
      await response.body.run({ write: (chunk) => chunks.push(Buffer.from(chunk)) > 0 }, new AbortController().signal);
    }
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(expected);
  });

  it('sends browsers that ask for the bare path to the one with a slash, and passes other methods on', async () => {
    const bare = `/api/v1/namespaces/default/pods/p:${port}/proxy`;
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await server.ask(method, `${bare}?a=b`);
      expect([status, headers.location]).toEqual([301, `${bare}/?a=b`]);
    }
    for (const method of ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']) {
      expect((await server.ask(method, bare)).json).toMatchObject({ method, url: '/' });
    }
  });

  it('goes on to the agent of a node', async () => {
    expect((await server.ask('GET', '/api/v1/nodes/n1/proxy/healthz')).text).toBe('line\n');
    expect(asked[0]).toMatchObject({ url: '/healthz', client: 'kube-apiserver-kubelet-client' });
  });
});

describe('binding', () => {
  it('puts a pod on a node, once', async () => {
    await createPod();
    const answers = await Promise.all([bind('n1'), bind('n2')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const { json } = await server.ask('GET', POD);
    expect(json.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(json.metadata.generation).toBe(1);
    const refused = answers.find(({ status }) => status === 409)?.json.message;
    expect(refused).toBe(`Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "${json.spec.nodeName}"`);
  });

  it('needs a node, and a pod that waits for one', async () => {
    expect((await bind()).json.message).toBe('pods "p" not found');
    await createPod({ schedulingGates: [{ name: 'example.dev/wait' }] });
    expect((await bind()).json.message).toContain('pod p has non-empty .spec.schedulingGates');
    const nameless = await server.ask('POST', `${POD}/binding`, { body: { target: { kind: 'Pod' } } });
    expect([nameless.status, nameless.json.message]).toEqual([
      500,
      '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    ]);
  });

  it('tells the pod in which zone its node is', async () => {
    const labels = { 'topology.kubernetes.io/zone': 'z1', other: 'x' };
    await server.ask('PATCH', '/api/v1/nodes/n1', { headers: { 'content-type': 'application/merge-patch+json' }, body: { metadata: { labels } } });
    await createPod();
    await bind();
    expect((await server.ask('GET', POD)).json.metadata.labels).toEqual({ 'topology.kubernetes.io/zone': 'z1' });
  });

  it('may also be made as an object', async () => {
    await createPod();
    const body = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } };
    expect((await server.ask('POST', '/api/v1/namespaces/default/bindings', { body })).status).toBe(201);
    expect((await server.ask('GET', POD)).json.spec.nodeName).toBe('n1');
  });
});

describe('eviction', () => {
  const evict = (body: object) => server.ask('POST', `${POD}/eviction`, { body });

  it('deletes the pod with its grace period, and says why', async () => {
    await createPod({ nodeName: 'n1', terminationGracePeriodSeconds: 20 });
    expect((await evict({ metadata: { name: 'p' } })).json).toMatchObject({ kind: 'Status', status: 'Success' });
    const { json } = await server.ask('GET', POD);
    expect(json.metadata.deletionGracePeriodSeconds).toBe(20);
    expect(json.status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' })]),
    );
  });

  it('on a dry run deletes nothing', async () => {
    await createPod({ nodeName: 'n1' });
    expect((await evict({ deleteOptions: { dryRun: ['All'] } })).status).toBe(201);
    expect((await server.ask('GET', POD)).json.metadata.deletionTimestamp).toBeUndefined();
  });

  it('is taken in its old version too, and in no other', async () => {
    await createPod();
    expect((await evict({ apiVersion: 'policy/v2', kind: 'Eviction' })).status).toBe(400);
    expect((await evict({ apiVersion: 'policy/v1beta1', kind: 'Eviction' })).status).toBe(201);
  });

  it('of another pod than the path names is refused', async () => {
    await createPod();
    expect((await evict({ metadata: { name: 'q' } })).json.message).toBe('name in URL does not match name in Eviction object');
    expect((await server.ask('POST', '/api/v1/namespaces/default/pods/none/eviction', { body: {} })).status).toBe(404);
  });
});
