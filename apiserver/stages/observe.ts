import { StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Result } from '../contract/call.ts';
import type { LastStage, RequestObserver } from '../contract/observer.ts';
import type { ApiResponse, ResponseBody } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { whenEnded } from './response-end.ts';

/** Tells observers of each request's stages. Outermost, so that it sees the code that the client sees. */
export function observe(observers: readonly RequestObserver[], clock: Clock, log: Logger): Stage {
  const failed = (observer: RequestObserver, error: unknown) => log.error({ err: error, observer: observer.name }, 'a request observer failed');

  function receive(exchange: Exchange): void {
    for (const observer of observers) {
      try {
        observer.received?.(exchange);
      } catch (error) {
        failed(observer, error);
      }
    }
  }

  function startResponse(exchange: Exchange, code: number): void {
    for (const observer of observers) {
      try {
        observer.responseStarted?.(exchange, code);
      } catch (error) {
        failed(observer, error);
      }
    }
  }

  function finish(exchange: Exchange, code: number, started: number, bytes?: number): void {
    const stage: LastStage = exchange.error === undefined || exchange.error instanceof StatusError ? 'ResponseComplete' : 'Panic';
    const seconds = (clock.monotonic() - started) / 1000;
    for (const observer of observers) {
      try {
        observer.finished?.(exchange, stage, code, seconds, bytes);
      } catch (error) {
        failed(observer, error);
      }
    }
  }

  /** Answers from the network are responses; in-process clients get results, of which only a watch goes on. */
  function followed(exchange: Exchange, result: Result, started: number): Result {
    if (result.type === 'watch') {
      startResponse(exchange, 200);
      return { ...result, ended: () => finish(exchange, 200, started) };
    }
    if (result.type === 'raw' && goesOn(result.response)) {
      const { response } = result;
      startResponse(exchange, response.status);
      return { type: 'raw', response: whenEnded(response, exchange.request, () => finish(exchange, response.status, started)) };
    }
    const bytes = isSized(exchange) && result.type === 'raw' ? lengthOf(result.response.body) : undefined;
    finish(exchange, codeOf(result), started, bytes);
    if (bytes !== undefined || result.type !== 'raw' || !isSized(exchange)) return result;
    return { type: 'raw', response: counted(result.response, (length) => write(exchange, length)) };
  }

  function write(exchange: Exchange, bytes: number): void {
    for (const observer of observers) {
      try {
        observer.written?.(exchange, bytes);
      } catch (error) {
        failed(observer, error);
      }
    }
  }

  return {
    name: 'observe',
    async handle(exchange: Exchange, next: Next): Promise<Result> {
      const started = clock.monotonic();
      exchange.receivedAt = clock.now();
      receive(exchange);
      let result: Result;
      try {
        result = await next(exchange);
      } catch (error) {
        exchange.error = error;
        finish(exchange, error instanceof StatusError ? error.code : 500, started);
        throw error;
      }
      if (exchange.error === undefined) exchange.result ??= result;
      return followed(exchange, result, started);
    },
  };
}

/** Whether the length of an answer is of interest: upstream's metrics tell those of reads. */
const isSized = ({ info }: Exchange): boolean => info.isResource && (info.verb === 'get' || info.verb === 'list');

/** Returns the length of a body before compression, in bytes; undefined if it is made as it is written. */
function lengthOf(body: ResponseBody): number | undefined {
  switch (body.kind) {
    case 'object':
      return Buffer.byteLength(body.json());
    case 'text':
      if (body.length !== undefined) return body.length;
      return Array.isArray(body.parts) ? body.parts.reduce((sum: number, part: string | Buffer) => sum + Buffer.byteLength(part), 0) : undefined;
    default:
      return 0;
  }
}

/** The response; its length is told when it has been written. */
function counted(response: ApiResponse, told: (bytes: number) => void): ApiResponse {
  const { body } = response;
  if (body.kind !== 'text') return response;
  const { parts } = body;
  function* counting(): Generator<string | Buffer> {
    let bytes = 0;
    for (const part of parts) {
      bytes += Buffer.byteLength(part);
      yield part;
    }
    told(bytes);
  }
  return { ...response, body: { ...body, parts: counting() } };
}

const goesOn = ({ body }: ApiResponse): boolean => body.kind === 'stream' || body.kind === 'upgrade';

function codeOf(result: Result): number {
  if (result.type === 'raw') return result.response.status;
  return result.type === 'object' ? result.status : 200;
}
