import { StatusError } from '../../api/meta/status-error.ts';
import type { RawResult } from '../contract/call.ts';
import { textResponse } from '../encode/encode.ts';

/** Upstream's answer where there is no such resource; "not found" of an object names the object. */
export const pathNotFound = (): StatusError => new StatusError('NotFound', 'the server could not find the requested resource', {}, 404);

export const methodNotAllowed = (): StatusError =>
  new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}, 405);

/** Upstream's answer where nothing serves the path: plain text. */
export const noSuchPage = (): RawResult => ({
  type: 'raw',
  response: textResponse(404, '404 page not found\n', { 'content-type': 'text/plain; charset=utf-8' }),
});
