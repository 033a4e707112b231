import { StatusError } from '../../api/meta/status-error.ts';

/** Upstream's answer where there is no such resource; "not found" of an object names the object. */
export const pathNotFound = (): StatusError => new StatusError('NotFound', 'the server could not find the requested resource', {}, 404);

export const methodNotAllowed = (): StatusError =>
  new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}, 405);
