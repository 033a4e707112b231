import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StatusError } from '../../api/meta/status-error.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import { statusResponse } from '../encode/encode.ts';
import type { HttpFront } from './https-listener.ts';
import { listen } from './https-listener.ts';

const text = (status: number, body: string): ApiResponse => ({ status, headers: {}, body: { kind: 'text', parts: [body] } });

/** Reads the body at /taken, and refuses everything else unread. */
async function handle(request: ApiRequest): Promise<ApiResponse> {
  if (request.path !== '/taken') return text(401, 'refused');
  try {
    await request.receive?.('sender');
  } catch (error) {
    if (error instanceof StatusError) return statusResponse(error.toStatus());
    throw error;
  }
  const { body } = request;
  return text(200, `took ${body && 'bytes' in body ? body.bytes.length : 0}`);
}

let ca: KeyPair;
let serving: KeyPair;
let front: HttpFront;
beforeAll(async () => {
  ca = await createCertificateAuthority('test', { now: Date.now() });
  serving = await issueServingCertificate(ca, { commonName: 'server' }, { names: ['localhost'], ips: ['127.0.0.1'] }, { now: Date.now() });
});
afterEach(() => front.close(0));

async function connection(): Promise<TLSSocket> {
  const tls = { cert: serving.certificate, key: serving.key, clientCa: ca.certificate };
  front = await listen({ handle, tls, clock: systemClock, log: silentLogger, port: 0, host: '127.0.0.1' });
  const socket = connectTls({ host: '127.0.0.1', port: front.port, servername: 'localhost', ca: ca.certificate });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Gathers what the server sends; `until` resolves when the pattern is in it. */
function reading(socket: TLSSocket) {
  let seen = '';
  const changed = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    for (const look of changed) look();
  });
  return (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (!pattern.test(seen)) return;
        changed.delete(look);
        resolve(seen);
      };
      changed.add(look);
      look();
    });
}

const head = (path: string, ...lines: string[]) => `POST ${path} HTTP/1.1\r\nHost: x\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('the body of a request', () => {
  it('is not waited for where the headers alone are refused; one that never comes costs its client the connection', async () => {
    const socket = await connection();
    const until = reading(socket);
    socket.write(head('/refused', `Content-Length: ${2_900_000}`));
    expect(await until(/refused$/)).toMatch(/^HTTP\/1\.1 401 /);
    await once(socket, 'close');
  });

  it('that is refused but sent all the same leaves the connection usable', async () => {
    const socket = await connection();
    const until = reading(socket);
    socket.write(`${head('/refused', 'Content-Length: 5')}hello${head('/taken', 'Content-Length: 3')}abc`);
    expect(await until(/took 3$/)).toMatch(/^HTTP\/1\.1 401 [\s\S]*HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('is asked for once it is wanted, of clients that wait to be asked', async () => {
    const socket = await connection();
    const until = reading(socket);
    socket.write(head('/taken', 'Content-Length: 3', 'Expect: 100-continue'));
    await until(/^HTTP\/1\.1 100 Continue/);
    socket.write('abc');
    await until(/took 3$/);
    socket.write(head('/refused', 'Content-Length: 3', 'Expect: 100-continue'));
    expect(await until(/refused$/)).toMatch(/took 3HTTP\/1\.1 401 /);
    await once(socket, 'close');
  });

  it.each([
    ['announced', head('/taken', `Content-Length: ${3 * 1024 * 1024 + 1}`)],
    ['in chunks', `${head('/taken', 'Transfer-Encoding: chunked')}400000\r\n${'x'.repeat(4 * 1024 * 1024)}\r\n0\r\n\r\n`],
  ])('over three megabytes is answered 413: %s', async (_how, request) => {
    const socket = await connection();
    const until = reading(socket);
    socket.write(request);
    expect(await until(/limit is 3145728/)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('is not waited for over HTTP/2 either, and the other requests of the connection go on', async () => {
    (await connection()).destroy();
    const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: ca.certificate, servername: 'localhost' });
    const refused = session.request({ ':method': 'POST', ':path': '/refused', 'content-length': '2900000' });
    refused.on('error', () => undefined);
    refused.write('begun');
    const [headers] = await once(refused, 'response');
    expect(headers[':status']).toBe(401);
    refused.resume();
    await once(refused, 'close');
    const taken = session.request({ ':method': 'POST', ':path': '/taken' });
    taken.end('abc');
    let answer = '';
    for await (const chunk of taken.setEncoding('utf8')) answer += chunk;
    expect(answer).toBe('took 3');
    session.destroy();
  });
});
