import type { IncomingMessage } from 'node:http';
import type { Status } from '../../api/meta/status.ts';
import type { StatusReason } from '../../api/meta/status-error.ts';
import { STATUS_CODES, StatusError } from '../../api/meta/status-error.ts';

/** Returns the error of an unsuccessful answer: its Status if the body is one, otherwise one made from the HTTP code (a proxy may have answered). */
export function statusErrorOf(response: Pick<IncomingMessage, 'statusCode' | 'statusMessage'>, text: string): StatusError {
  const code = response.statusCode ?? 500;
  const status = parseStatus(text);
  if (status) return StatusError.fromStatus({ code, ...status });
  const message = text.trim().slice(0, 500) || response.statusMessage || `the server answered ${code}`;
  return new StatusError(REASONS.get(code) ?? '', message, undefined, code);
}

function parseStatus(text: string): Status | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isStatus(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

const isStatus = (body: unknown): body is Status => typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';

/** The first reason of each code, which upstream chooses if the server named none. */
const REASONS = new Map<number, StatusReason>([
  ...(Object.entries(STATUS_CODES) as [StatusReason, number][]).reverse().map(([reason, code]): [number, StatusReason] => [code, reason]),
  [409, 'Conflict'],
]);
