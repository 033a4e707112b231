import { builtInCodec, cannotBeHandled } from '../../api/definition/codec.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Field } from '../../api/schema/fields.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { ApiResponse } from '../contract/request.ts';

interface ReviewKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

/**
 * Reads the body of a review: an object that is answered, never stored.
 * @throws StatusError 400 for a body of another kind or with a field of a wrong type.
 */
export function decoded<T extends KubeObject>(schema: Field<T>, body: unknown, kind: ReviewKind): T {
  const result = builtInCodec<T>(structuralOf(schema)).decode(body);
  if (!result.ok) throw cannotBeHandled(kind, result.message);
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const { object } = result;
  if ((object.kind ?? kind.kind) !== kind.kind || (object.apiVersion ?? apiVersion) !== apiVersion) {
    throw errors.badRequest(`${object.apiVersion ?? ''}, Kind=${object.kind ?? ''} was sent where ${apiVersion}, Kind=${kind.kind} is taken`);
  }
  return object;
}

/** The answer to a create that stores nothing. */
export function created<T extends KubeObject>(object: T): ApiResponse {
  return {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: { kind: 'object', object, json: () => JSON.stringify(object) },
  };
}
