import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, int64, ref, string, struct, time, topLevel } from '../../schema/fields.ts';

export const BoundObjectReference = struct('BoundObjectReference', 'The object whose end ends the token.', {
  apiVersion: string('Group and version of the object.').tag(2).optional(),
  kind: string('Pod, Secret or Node.').tag(1).optional(),
  name: string('Name of the object.').tag(3).optional(),
  uid: string('Identifier of the object.', { goType: 'types.UID' }).tag(4).optional(),
});
export type BoundObjectReference = Infer<typeof BoundObjectReference>;

export const TokenRequestSpec = struct('TokenRequestSpec', 'The token that is wanted.', {
  audiences: atomicList(string(), "Audiences that the token is to be for; the API server's own, if empty.").tag(1).optional(),
  boundObjectRef: ref(BoundObjectReference, 'Object that the token is valid as long as.').tag(3).optional(),
  expirationSeconds: int64('Seconds that the token is to be valid; the server may choose otherwise.', {
    presence: 'pointer',
    default: 3600,
  })
    .tag(4)
    .optional(),
});
export type TokenRequestSpec = Infer<typeof TokenRequestSpec>;

export const TokenRequestStatus = struct('TokenRequestStatus', 'The token that was issued.', {
  expirationTimestamp: time('When the token ends.', { presence: 'null' }).tag(2).optional(),
  token: string('The token.', { published: '' }).tag(1).optional(),
});
export type TokenRequestStatus = Infer<typeof TokenRequestStatus>;

export const TokenRequest = topLevel('TokenRequest', 'Asks for a token of a service account.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(TokenRequestSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(TokenRequestStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type TokenRequest = Infer<typeof TokenRequest>;

/** The form of what `serviceaccounts/NAME/token` takes; no resource of its own. */
export const tokenRequests = defineKind<TokenRequest>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  namespaced: true,
  verbs: [],
  schema: TokenRequest,
});

/** The life of a token whose request names none. */
export const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** Checks a request for a service account's token. */
export function validateTokenRequest(request: TokenRequest): FieldError[] {
  const errors: FieldError[] = [];
  const seconds = request.spec?.expirationSeconds ?? DEFAULT_SECONDS;
  if (seconds < MIN_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}
