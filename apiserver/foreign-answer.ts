import type { Kind } from '../api/definition/kind.ts';
import type { KubeObject } from '../api/meta/object.ts';
import type { Status } from '../api/meta/status.ts';
import { StatusError } from '../api/meta/status-error.ts';
import type { WatchEvent } from '../runtime/client/client.ts';
import { watchEvents } from '../runtime/client/watch-events.ts';
import type { RawResult } from './contract/call.ts';
import type { ApiResponse } from './contract/request.ts';

async function bytesOf({ body }: ApiResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const add = (chunk: string | Buffer) => chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk) > 0;
  if (body.kind === 'text') for (const part of body.parts) add(part);
  if (body.kind === 'stream') await body.run({ write: add }, new AbortController().signal);
  return Buffer.concat(chunks);
}

const isStatus = (value: unknown): value is Status => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The failure that a client takes an answer for that is no Status (k8s.io/apimachinery/pkg/api/errors, NewGenericServerResponse). */
function genericFailure(code: number, text: string): StatusError {
  if (code === 503) return new StatusError('ServiceUnavailable', 'the server is currently unable to handle the request');
  if (code === 404) return new StatusError('NotFound', 'the server could not find the requested resource', {}, 404);
  if (code === 405) return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}, 405);
  return new StatusError(
    'InternalError',
    `an error on the server (${JSON.stringify(text.trim())}) has prevented the request from succeeding`,
    {},
    code,
  );
}

/**
 * Passes the events of another server's watch on, until it ends or the signal aborts. An answer that is no stream tells of a failure.
 * @throws StatusError for a failure, or an event that tells of one.
 */
export async function followAnswer<T extends KubeObject>(
  result: RawResult,
  kind: Kind<T>,
  onEvent: (event: WatchEvent<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const { body, status } = result.response;
  if (body.kind !== 'stream' || status >= 400) {
    const { response } = await parsedAnswer(result);
    throw response.body.kind === 'object' && isStatus(response.body.object)
      ? StatusError.fromStatus(response.body.object)
      : genericFailure(status, 'a watch was not answered by a stream');
  }
  const take = watchEvents(kind, onEvent);
  const fault = new AbortController();
  const write = (chunk: string | Buffer) => {
    try {
      take(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return true;
    } catch (error) {
      fault.abort(error);
      return false;
    }
  };
  await body.run({ write }, AbortSignal.any([signal, fault.signal])).catch((error: unknown) => {
    if (!signal.aborted && !fault.signal.aborted) throw error;
  });
  if (fault.signal.aborted) throw fault.signal.reason;
}

/** Reads the answer of another server for a client in this process: its object, or its failure as a Status. */
export async function parsedAnswer({ response }: RawResult): Promise<RawResult> {
  const text = (await bytesOf(response)).toString();
  const value = parsed(text);
  const object = response.status >= 400 && !isStatus(value) ? genericFailure(response.status, text).toStatus() : value;
  return { type: 'raw', response: { ...response, body: { kind: 'object', object, json: () => JSON.stringify(object) } } };
}
