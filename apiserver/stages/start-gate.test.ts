import { describe, expect, it } from '@jest/globals';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import { textResponse } from '../health/text-response.ts';
import { startGate } from './start-gate.ts';

const request = (path: string): ApiRequest => ({
  method: 'GET',
  path,
  query: new URLSearchParams(),
  headers: {},
  signal: new AbortController().signal,
});

describe('the gate of a server that starts', () => {
  const answered: string[] = [];
  const handle = async ({ path }: ApiRequest): Promise<ApiResponse> => {
    answered.push(path);
    return textResponse(200, path);
  };

  it('tells how the server is at once, and answers the rest when the server has started', async () => {
    let start = () => {};
    const gate = startGate(
      handle,
      new Promise<void>((resolve) => {
        start = resolve;
      }),
    );
    const held = gate(request('/api/v1/pods'));
    await gate(request('/readyz'));
    await gate(request('/livez/ping'));
    expect(answered).toEqual(['/readyz', '/livez/ping']);
    start();
    expect((await held).status).toBe(200);
    expect(answered).toEqual(['/readyz', '/livez/ping', '/api/v1/pods']);
  });

  it('fails what waited for a start that failed', async () => {
    const gate = startGate(handle, Promise.reject(new Error('the store is broken')));
    await expect(gate(request('/api'))).rejects.toThrow('the store is broken');
  });
});
