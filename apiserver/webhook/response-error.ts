import type { Status } from '../../api/meta/status.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { isObject } from '../../base/json.ts';

/** client-go's text for a code, where it does not show the answer's own. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

const OWN_TEXT: ReadonlySet<number> = new Set([403, 406, 413, 415]);

/**
 * Returns the error that an HTTP answer stands for, as client-go makes it (k8s.io/apimachinery, NewGenericServerResponse); undefined for a
 * success. A Status in the body takes its place.
 */
export function responseError(code: number, contentType: string | undefined, body: string): StatusError | undefined {
  if (code >= 200 && code <= 206) return undefined;
  const status = statusIn(body);
  if (status) return StatusError.fromStatus(status);
  const isText = contentType === undefined || contentType.startsWith('text/');
  const own = isText && body.trim() !== '' ? body.trim() : 'unknown';
  if (OWN_TEXT.has(code)) return new StatusError('', own, undefined, code);
  const message = MESSAGES[code];
  if (message !== undefined) return new StatusError('', message, undefined, code);
  if (code >= 500) {
    return new StatusError(
      'InternalError',
      `an error on the server (${JSON.stringify(own)}) has prevented the request from succeeding`,
      undefined,
      code,
    );
  }
  return new StatusError('', `the server responded with the status code ${code} but did not return more information`, undefined, code);
}

function statusIn(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isFailure(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isFailure = (value: unknown): value is Status =>
  isObject(value) && value.kind === 'Status' && value.apiVersion === 'v1' && value.status === 'Failure';
