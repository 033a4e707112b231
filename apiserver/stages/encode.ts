import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { RawResult } from '../contract/call.ts';
import type { ApiResponse } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { encode, statusResponse } from '../encode/encode.ts';
import { statusMediaOf } from '../encode/negotiate.ts';
import { warningHeaders } from '../encode/warning-headers.ts';
import { includeObjectOf } from '../request/options.ts';
import { inTurns } from './in-turns.ts';

/** Turns the result of the stages within into a response of the negotiated form, and every exception into a Status. */
export function encodeResults(clock: Clock, log: Logger): Stage {
  return {
    name: 'encode',
    async handle(exchange: Exchange, next: Next): Promise<RawResult> {
      try {
        const result = await next(exchange);
        exchange.result = result;
        const { form = PLAIN } = exchange;
        const includeObject = form.as === 'table' ? includeObjectOf(exchange.request.query) : 'Metadata';
        const encoded = encode(result, { form, includeObject, clock });
        return answer(encoded instanceof Promise ? await encoded : encoded, exchange);
      } catch (error) {
        exchange.result = undefined;
        exchange.error = error;
        if (!(error instanceof StatusError)) exchange.warnings.length = 0;
        return answer(failure(error, exchange, log), exchange);
      }
    },
  };
}

const PLAIN = { media: 'json', as: 'object' } as const;

function failure(error: unknown, { request }: Exchange, log: Logger): ApiResponse {
  if (error instanceof StatusError) return statusResponse(error.toStatus(), statusMediaOf(request.headers.accept));
  log.error({ err: error, method: request.method, path: request.path }, 'a request failed unexpectedly');
  return statusResponse(errors.internal(error instanceof Error ? error.message : String(error)).toStatus(), statusMediaOf(request.headers.accept));
}

/** The response with the headers that stages have asked for. Its request keeps its seats until the answer is written. */
function answer(response: ApiResponse, { warnings, flow }: Exchange): RawResult {
  if (warnings.length === 0 && !flow) return { type: 'raw', response };
  const headers = {
    ...response.headers,
    ...(warnings.length === 0 ? {} : { warning: warningHeaders(warnings) }),
    ...(flow ? { 'x-kubernetes-pf-flowschema-uid': flow.schemaUid, 'x-kubernetes-pf-prioritylevel-uid': flow.levelUid } : {}),
  };
  return { type: 'raw', response: flow ? inTurns({ ...response, headers }, flow) : { ...response, headers } };
}
