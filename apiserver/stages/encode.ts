import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { RawResult } from '../contract/call.ts';
import type { ApiResponse } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { encode, statusResponse } from '../encode/encode.ts';

/** Turns the result of the stages within into a response of the negotiated form, and every exception into a Status. */
export function encodeResults(clock: Clock, log: Logger): Stage {
  return {
    name: 'encode',
    async handle(exchange: Exchange, next: Next): Promise<RawResult> {
      try {
        const result = await next(exchange);
        exchange.result = result;
        if (result.type === 'raw') return warned(result, exchange.warnings);
        const { form = PLAIN, includeObject = 'Metadata' } = exchange;
        return warned({ type: 'raw', response: encode(result, { form, includeObject, clock }) }, exchange.warnings);
      } catch (error) {
        exchange.result = undefined;
        exchange.error = error;
        return warned({ type: 'raw', response: failure(error, exchange, log) }, error instanceof StatusError ? exchange.warnings : []);
      }
    },
  };
}

const PLAIN = { media: 'json', as: 'object' } as const;

function failure(error: unknown, { request }: Exchange, log: Logger): ApiResponse {
  if (error instanceof StatusError) return statusResponse(error.toStatus());
  log.error({ err: error, method: request.method, path: request.path }, 'a request failed unexpectedly');
  return statusResponse(errors.internal(error instanceof Error ? error.message : String(error)).toStatus());
}

/** The response with each warning once. */
function warned(result: RawResult, warnings: readonly string[]): RawResult {
  if (warnings.length === 0) return result;
  const { response } = result;
  return { type: 'raw', response: { ...response, headers: { ...response.headers, warning: [...new Set(warnings)].map(warningHeader) } } };
}

/** RFC 7234's form of a warning without a date; quotes and backslashes are escaped. */
const warningHeader = (text: string): string => `299 - "${text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, '\\$&')}"`;
