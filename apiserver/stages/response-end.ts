import type { ApiRequest, ApiResponse } from '../contract/request.ts';

/**
 * Calls `ended` once when the answer is over: at once for what is complete, for streams and handed-over connections when they end
 * (or the client goes away before they have begun). The request's signal is asked for only then: making one costs more than most answers.
 */
export function whenEnded(response: ApiResponse, request: Pick<ApiRequest, 'signal'>, ended: () => void): ApiResponse {
  const { body } = response;
  if (body.kind !== 'stream' && body.kind !== 'upgrade') {
    ended();
    return response;
  }
  const { signal } = request;
  const once = () => {
    signal.removeEventListener('abort', once);
    const call = ended;
    ended = () => {};
    call();
  };
  signal.addEventListener('abort', once);
  if (body.kind === 'stream') {
    const run: typeof body.run = (sink, until) => body.run(sink, until).finally(once);
    return { ...response, body: { kind: 'stream', run } };
  }
  const take: typeof body.take = (socket, head) => {
    socket.once('close', once);
    body.take(socket, head);
  };
  return { ...response, body: { kind: 'upgrade', take } };
}
