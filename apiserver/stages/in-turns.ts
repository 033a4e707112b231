import type { ApiResponse, StreamSink } from '../contract/request.ts';
import type { RequestFlow } from '../contract/stage.ts';

/**
 * Makes an answer take turns with those of others: each part of a long one, and of the state that a watch begins with, waits for its sender's
 * turn. Seats that the request still has are given back with the last part, or when the answer ends otherwise.
 */
export function inTurns(response: ApiResponse, flow: RequestFlow): ApiResponse {
  const { body } = response;
  const turn = () => flow.turn();
  const ended = () => flow.leave();
  switch (body.kind) {
    case 'text': {
      if (Array.isArray(body.parts)) break;
      return { ...response, ended, body: { ...body, turn, parts: untilEnd(body.parts, ended) } };
    }
    case 'stream': {
      ended();
      const run: typeof body.run = (sink, signal) => body.run(takingTurns(sink, turn), signal);
      return { ...response, body: { kind: 'stream', run } };
    }
  }
  ended();
  return response;
}

/** The parts; `ended` is called after the last one. */
function* untilEnd<T>(parts: Iterable<T>, ended: () => void): Generator<T> {
  try {
    yield* parts;
  } finally {
    ended();
  }
}

const takingTurns = (sink: StreamSink, turn: RequestFlow['turn']): StreamSink => ({
  write: (chunk) => sink.write(chunk),
  async drained() {
    await turn();
    return sink.drained?.() ?? true;
  },
});
