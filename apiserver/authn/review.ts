import { builtInCodec, cannotBeHandled } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Field } from '../../api/schema/fields.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { ApiResponse } from '../contract/request.ts';
import type { SubresourceRequest } from '../contract/subresource.ts';
import { objectInTurns } from '../request/object-body.ts';
import { writeParametersOf } from '../request/options.ts';

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

/**
 * Reads the body of a review with its defaults, by the request's parameters (`fieldValidation`), as any other create is read.
 * @throws StatusError 400 for a body of another kind, with a field of a wrong type, or (Strict) with an unknown one; 413, 415.
 */
export function reviewOf<T extends KubeObject>({ request, warnings }: SubresourceRequest, kind: KindDefinition<T>): T | Promise<T>;
export function reviewOf({ request, warnings }: SubresourceRequest, kind: KindDefinition): KubeObject | Promise<KubeObject> {
  return objectInTurns(request, kind, writeParametersOf(request.query, 'CreateOptions').fieldValidation, warnings);
}

/** The answer to a create that stores nothing. */
export function created<T extends KubeObject>(object: T): ApiResponse {
  return {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: { kind: 'object', object, json: () => JSON.stringify(object) },
  };
}
