import { describe, expect, it } from '@jest/globals';
import type { ApiResponse } from '../contract/request.ts';
import { whenEnded } from './response-end.ts';

/** A request that counts how often its signal is asked for. */
function asked() {
  const controller = new AbortController();
  const request = {
    times: 0,
    leave: () => controller.abort(),
    get signal() {
      request.times++;
      return controller.signal;
    },
  };
  return request;
}

const answer = (body: ApiResponse['body']): ApiResponse => ({ status: 200, headers: {}, body });

describe('the end of an answer', () => {
  it('is at once where it is complete, and costs the request no signal', () => {
    const request = asked();
    let ends = 0;
    for (const body of [{ kind: 'none' }, { kind: 'text', parts: ['x'] }, { kind: 'object', object: {}, json: () => '{}' }] as const)
      whenEnded(answer(body), request, () => void ends++);
    expect([ends, request.times]).toEqual([3, 0]);
  });

  it('is when a stream has run', async () => {
    let ends = 0;
    const { body } = whenEnded(answer({ kind: 'stream', run: async () => {} }), asked(), () => void ends++);
    expect(ends).toBe(0);
    if (body.kind === 'stream') await body.run({ write: () => true }, new AbortController().signal);
    expect(ends).toBe(1);
  });

  it('is when the client goes away before a stream has begun, and only once', async () => {
    const request = asked();
    let ends = 0;
    const { body } = whenEnded(answer({ kind: 'stream', run: async () => {} }), request, () => void ends++);
    request.leave();
    if (body.kind === 'stream') await body.run({ write: () => true }, new AbortController().signal);
    expect(ends).toBe(1);
  });
});
