import type { FieldError } from '../schema/field-error.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import type { Status, StatusDetails } from './status.ts';

/**
 * The catalogue: reason → HTTP code
 * (k8s.io/apimachinery/pkg/api/errors and metav1.StatusReason).
 */
export const STATUS_CODES = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  ServerTimeout: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type StatusReason = keyof typeof STATUS_CODES;

/** An answer that is not a success. The API server's pipeline and clients throw it. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly reason: StatusReason | '';
  readonly code: number;
  readonly details: StatusDetails | undefined;
  /** On an expired list only: the token by which a client may continue, with the present objects. */
  readonly continue: string | undefined;

  constructor(reason: StatusReason | '', message: string, details?: StatusDetails, code?: number, continueToken?: string) {
    super(message);
    this.continue = continueToken;
    this.reason = reason;
    this.code = code ?? (reason === '' ? 500 : STATUS_CODES[reason]);
    this.details = details;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continue === undefined ? {} : { continue: this.continue },
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }

  static fromStatus(status: Status): StatusError {
    const reason = (status.reason ?? '') as StatusReason | '';
    return new StatusError(reason, status.message ?? reason, status.details, status.code, status.metadata?.continue);
  }
}

export const hasReason = (error: unknown, ...reasons: readonly StatusReason[]): error is StatusError =>
  error instanceof StatusError && error.reason !== '' && reasons.includes(error.reason);
export const isNotFound = (error: unknown): error is StatusError => hasReason(error, 'NotFound');
export const isConflict = (error: unknown): error is StatusError => hasReason(error, 'Conflict');
export const isAlreadyExists = (error: unknown): error is StatusError => hasReason(error, 'AlreadyExists');
export const isExpired = (error: unknown): error is StatusError => hasReason(error, 'Expired', 'Gone');

/** Returns the resource of an error as upstream prints it: `plural.group`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export const resourceText = (r: { group: string; plural: string }): string => (r.group === '' ? r.plural : `${r.plural}.${r.group}`);
const kindText = (r: ResourceName): string => (r.group === '' ? r.kind : `${r.kind}.${r.group}`);
const detailsOf = (r: ResourceName, name: string): StatusDetails => ({ name, ...(r.group === '' ? {} : { group: r.group }), kind: r.plural });

/**
 * Bounds on the faults that an answer lists, in their number and in characters. Upstream lists all of them; here the answer to a body of 3 MB
 * would take seconds to write. The first fault is always listed.
 */
const MAX_CAUSES = 1_000;
const MAX_CAUSES_LENGTH = 256 * 1024;

function shownFaults(faults: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  let count = 0;
  for (const { field, message } of faults) {
    length += field.length + message.length;
    if (count === MAX_CAUSES || (count > 0 && length > MAX_CAUSES_LENGTH)) break;
    count++;
  }
  return count === faults.length ? faults : faults.slice(0, count);
}

export const errors = {
  notFound: (r: ResourceName, name: string) => new StatusError('NotFound', `${resourceText(r)} "${name}" not found`, detailsOf(r, name)),
  alreadyExists: (r: ResourceName, name: string) =>
    new StatusError('AlreadyExists', `${resourceText(r)} "${name}" already exists`, detailsOf(r, name)),
  conflict: (r: ResourceName, name: string, why: string) =>
    new StatusError('Conflict', `Operation cannot be fulfilled on ${resourceText(r)} "${name}": ${why}`, detailsOf(r, name)),
  forbidden: (r: ResourceName, name: string, why: string) =>
    new StatusError(
      'Forbidden',
      name === '' ? `${resourceText(r)} is forbidden: ${why}` : `${resourceText(r)} "${name}" is forbidden: ${why}`,
      detailsOf(r, name),
    ),
  invalid: (r: ResourceName, name: string, faults: readonly FieldError[]) => {
    const causes = shownFaults(faults);
    // A cause may be reported several times; its text is shown once.
    const texts = [...new Set(causes.map(fieldErrorText))];
    if (causes.length < faults.length) texts.push(`and ${faults.length - causes.length} more errors`);
    return new StatusError('Invalid', `${kindText(r)} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`, {
      ...detailsOf(r, name),
      kind: r.kind,
      causes: causes.map((c) => ({ reason: c.type, message: c.message, field: c.field })),
    });
  },
  badRequest: (message: string) => new StatusError('BadRequest', message),
  unauthorized: () => new StatusError('Unauthorized', 'Unauthorized'),
  methodNotAllowed: (r: ResourceName, verb: string) =>
    new StatusError('MethodNotAllowed', `${verb} is not supported on resources of kind "${resourceText(r)}"`, detailsOf(r, '')),
  expired: (message: string, continueToken?: string) => new StatusError('Expired', message, undefined, undefined, continueToken),
  internal: (message: string) => new StatusError('InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }),
  tooManyRequests: (message: string, retryAfterSeconds: number) => new StatusError('TooManyRequests', message, { retryAfterSeconds }),
  serviceUnavailable: (message: string) => new StatusError('ServiceUnavailable', message),
} as const;
