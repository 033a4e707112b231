import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { callHook, probeHttp } from './http-probe.ts';

describe('a probe over HTTP', () => {
  let server: Server;
  let port: number;
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    seen.push(path);
    authorizations.push(request.headers.authorization);
    const redirects: Readonly<Record<string, string>> = {
      '/local': '/good',
      '/elsewhere': 'http://0.0.0.0/',
      '/loop': '/loop',
      '/missing': '/bad',
    };
    const location = redirects[path];
    if (path === '/hangs') return;
    if (location) response.writeHead(302, { location }).end(`<a href="${location}">Found</a>.\n\n`);
    else response.writeHead(path === '/bad' ? 500 : path === '/unchanged' ? 304 : 200).end('fine');
  };
  beforeAll(async () => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const clock = createFakeClock();
  const probe = (path: string) => probeHttp({ scheme: 'http', host: '127.0.0.1', port, path, headers: [] }, 1_000, clock);

  it('succeeds by its code', async () => {
    expect(await probe('/good')).toEqual({ ok: true, message: '' });
    expect(await probe('/bad')).toEqual({ ok: false, message: 'HTTP probe failed with statuscode: 500' });
  });

  it('follows redirects on the same host, and judges where they lead', async () => {
    expect(await probe('/local')).toEqual({ ok: true, message: '' });
    expect(seen.slice(-2)).toEqual(['/local', '/good']);
    expect(await probe('/missing')).toMatchObject({ ok: false, message: 'HTTP probe failed with statuscode: 500' });
  });

  it('succeeds with a warning where a redirect leads to another host', async () => {
    const message = 'Probe terminated redirects, Response body: <a href="http://0.0.0.0/">Found</a>.\n\n';
    expect(await probe('/elsewhere')).toEqual({ ok: true, kind: 'warning', message });
    expect(await probe('/unchanged')).toMatchObject({ ok: true, kind: 'warning' });
  });

  it('fails after ten redirects', async () => {
    seen.length = 0;
    expect(await probe('/loop')).toEqual({ ok: false, message: `Get "http://127.0.0.1:${port}/loop": stopped after 10 redirects` });
    expect(seen).toHaveLength(10);
  });

  it('fails in the words of kubelet when nobody answers in time, or at all', async () => {
    const hangs = probe('/hangs');
    await clock.advance(1_000);
    expect(await hangs).toEqual({
      ok: false,
      message: `Get "http://127.0.0.1:${port}/hangs": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    });
    expect(await probeHttp({ scheme: 'http', host: '127.0.0.1', port: 1, path: '/', headers: [] }, 1_000, clock)).toEqual({
      ok: false,
      message: 'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    });
  });

  it('says in Go’s words that a server speaks no TLS', async () => {
    const outcome = await probeHttp({ scheme: 'https', host: '127.0.0.1', port, path: '/good', headers: [] }, 1_000, clock);
    expect(outcome).toEqual({ ok: false, message: `Get "https://127.0.0.1:${port}/good": http: server gave HTTP response to HTTPS client` });
  });

  describe('that is a hook', () => {
    const call = (path: string, scheme: 'http' | 'https' = 'http', to = port) =>
      callHook({ scheme, host: '127.0.0.1', port: to, path, headers: [{ name: 'Authorization', value: 'secret' }] }, 1_000, clock);

    it('succeeds with any answer, also where redirects lead', async () => {
      expect(await call('/bad')).toEqual({ ok: true, message: '' });
      expect(await call('/missing')).toEqual({ ok: true, message: '' });
      expect(await call('/elsewhere')).toEqual({ ok: true, message: '' });
    });

    it('fails without an answer', async () => {
      expect(await call('/good', 'http', 1)).toEqual({
        ok: false,
        message: 'Get "http://127.0.0.1:1/good": dial tcp 127.0.0.1:1: connect: connection refused',
      });
      expect(await call('/loop')).toMatchObject({ ok: false });
    });

    it('is called by HTTP, without its credentials, where the server speaks no TLS', async () => {
      const message = `request to HTTPS lifecycle hook 127.0.0.1:${port} got HTTP response, retry with HTTP succeeded`;
      expect(await call('/bad', 'https')).toEqual({ ok: true, kind: 'warning', message });
      expect(authorizations.at(-1)).toBeUndefined();
      await call('/bad');
      expect(authorizations.at(-1)).toBe('secret');
    });
  });
});
