import { describe, expect, it } from '@jest/globals';
import type { Exchange, Next } from '../contract/stage.ts';
import { textResponse } from '../encode/plain-response.ts';
import { exchangeOf } from './exchange.ts';
import { startGate } from './start-gate.ts';

const request = (path: string) =>
  exchangeOf({ method: 'GET', path, query: new URLSearchParams(), headers: {}, signal: new AbortController().signal });

describe('the gate of a server that starts', () => {
  const answered: string[] = [];
  const handle: Next = async ({ request: { path } }) => {
    answered.push(path);
    return { type: 'raw', response: textResponse(200, path) };
  };
  const gateOf = (started: Promise<void>) => {
    const gate = startGate(started);
    return (exchange: Exchange) => gate.handle(exchange, handle);
  };

  it('tells how the server is at once, and answers the rest when the server has started', async () => {
    let start = () => {};
    const gate = gateOf(
      new Promise<void>((resolve) => {
        start = resolve;
      }),
    );
    const held = gate(request('/api/v1/pods'));
    await gate(request('/readyz'));
    await gate(request('/livez/ping'));
    expect(answered).toEqual(['/readyz', '/livez/ping']);
    start();
    expect(await held).toMatchObject({ response: { status: 200 } });
    expect(answered).toEqual(['/readyz', '/livez/ping', '/api/v1/pods']);
  });

  it('fails what waited for a start that failed', async () => {
    const gate = gateOf(Promise.reject(new Error('the store is broken')));
    await expect(gate(request('/api'))).rejects.toThrow('the store is broken');
  });
});
