import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveNodeLogs } from './node-logs.ts';

describe("the node's logs", () => {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-node-logs-'));
  const root = join(directory, 'log');
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1));
    if (!(await serveNodeLogs(path, request, response, root))) response.writeHead(404).end('none');
  });
  beforeAll(async () => {
    mkdirSync(join(root, 'pods'), { recursive: true });
    writeFileSync(join(root, 'a & b.log'), 'first\nsecond\n');
    writeFileSync(join(root, 'empty.log'), '');
    writeFileSync(join(root, 'pods', '0.log'), 'of a container\n');
    writeFileSync(join(directory, 'secret'), 'not a log\n');
    symlinkSync('../pods/0.log', join(root, 'pods', 'back.log'));
    symlinkSync('pods/0.log', join(root, 'inside.log'));
    symlinkSync('../secret', join(root, 'outside.log'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`, { method, redirect: 'manual' });
    return { code: answer.status, text: await answer.text(), location: answer.headers.get('location'), type: answer.headers.get('content-type') };
  };

  it('are listed', async () => {
    const { code, text, type } = await ask('');
    expect([code, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<pre>\n<a href="a%20%26%20b.log">a &amp; b.log</a>\n<a href="empty.log">empty.log</a>\n');
    expect(text).toContain('<a href="pods/">pods/</a>\n</pre>\n');
  });

  it.each([
    ['a%20&%20b.log', 'first\nsecond\n'],
    ['empty.log', ''],
    ['pods/0.log', 'of a container\n'],
    ['inside.log', 'of a container\n'],
  ])('are told: %s', async (path, text) => expect(await ask(path)).toMatchObject({ code: 200, text, type: 'text/plain; charset=utf-8' }));

  it.each(['none.log', 'outside.log', '..%2Fsecret', 'pods/..%2F..%2Fsecret', 'pods/0.log/x'])('are not told: %s', async (path) =>
    expect(await ask(path)).toMatchObject({ code: 404, text: 'none' }),
  );

  it('are told at their own place alone', async () => {
    expect(await ask('pods')).toMatchObject({ code: 301, location: 'pods/' });
    expect(await ask('pods/0.log/')).toMatchObject({ code: 404 });
  });

  it('are only announced to HEAD', async () => expect(await ask('pods/0.log', 'HEAD')).toMatchObject({ code: 200, text: '' }));
});
