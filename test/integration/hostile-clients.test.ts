import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { RawClient } from '../support/http/raw-client.ts';
import { rawClient } from '../support/http/raw-client.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const HEAD = 'Host: localhost\r\nContent-Type: application/json\r\n';

let cluster: KubectlCluster;
let raw: RawClient;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 0 });
  raw = rawClient(cluster);
  await cluster.kubectl('wait', '--for=create', 'configmap/kube-root-ca.crt', '--timeout=60s');
});
afterAll(async () => {
  raw.close();
  await cluster.stop();
});

async function connection(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(cluster.url).port), servername: 'localhost', ...raw.tls });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

async function answerOf(text: string): Promise<string> {
  const socket = await connection();
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const names = async () => (await raw.ask('GET', MAPS)).json.items.map((item: { metadata: { name: string } }) => item.metadata.name);

describe('a client that reads its watch no more', () => {
  it('is cut off, what waits for it stays bounded, and others go on', async () => {
    const slow = await connection();
    slow.write(`GET ${MAPS}?watch=1 HTTP/1.1\r\n${HEAD}\r\n`);
    await once(slow, 'data');
    slow.pause();
    await raw.ask('POST', MAPS, { metadata: { name: 'large' }, data: { text: 'x'.repeat(900_000) } });
    const patch = { 'content-type': 'application/merge-patch+json' };
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 40; i++) expect((await raw.ask('PATCH', `${MAPS}/large`, { data: { i: String(i) } }, patch)).code).toBe(200);
    // The events take 36 MB. The server may hold 4 MB for one watcher, beside the sockets' buffers.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    // The held events arrive, then the end; the client resumes from the last event.
    let tail = '';
    for await (const chunk of slow) {
      tail = (tail + (chunk as Buffer).toString()).slice(-10);
      if (tail.endsWith('\r\n0\r\n\r\n')) break;
    }
    slow.destroy();
    await raw.ask('DELETE', `${MAPS}/large`);
  });
});

describe('a request within another', () => {
  const inner = `POST ${MAPS} HTTP/1.1\r\n${HEAD}Content-Length: 31\r\n\r\n{"metadata":{"name":"smuggled"}}`;
  it.each([
    ['behind a length and chunks', `POST ${MAPS} HTTP/1.1\r\n${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['behind two lengths', `POST ${MAPS} HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nContent-Length: 200\r\n\r\n{}${inner}`],
    ['behind an unknown coding', `POST ${MAPS} HTTP/1.1\r\n${HEAD}Transfer-Encoding: identity, cow\r\n\r\n${inner}`],
    ['in a folded header', `GET ${MAPS} HTTP/1.1\r\n${HEAD}X: a\r\n b\r\n\r\n${inner}`],
  ])('is not read: %s', async (_what, text) => {
    expect(await answerOf(text)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await names()).not.toContain('smuggled');
  });
});

it('many idle connections hold up nobody, and cost little', async () => {
  const before = process.memoryUsage().rss;
  const idle: TLSSocket[] = [];
  for (let i = 0; i < 10; i++) idle.push(...(await Promise.all(Array.from({ length: 20 }, connection))));
  const started = performance.now();
  expect(await names()).toContain('kube-root-ca.crt');
  // Seconds are the machine's; held up, the request would end with a connection's time-out.
  expect(performance.now() - started).toBeLessThan(20_000);
  // Both ends of each connection are in this process.
  expect((process.memoryUsage().rss - before) / idle.length).toBeLessThan(2 ** 20);
  for (const socket of idle) socket.destroy();
});

it('bytes that are no HTTP end their connection alone', async () => {
  expect(await answerOf('\u0000\u0001garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await names()).toContain('kube-root-ca.crt');
});
