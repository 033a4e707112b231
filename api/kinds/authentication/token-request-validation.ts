import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { TokenRequest } from './token-request.ts';

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

export function defaultTokenRequest(request: TokenRequest): void {
  request.spec ??= {};
  request.spec.expirationSeconds ??= 3600;
}

/** The rules of a request for a service account's token. */
export function validateTokenRequest(request: TokenRequest): FieldError[] {
  const errors: FieldError[] = [];
  const seconds = request.spec?.expirationSeconds ?? 0;
  if (seconds < MIN_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}
