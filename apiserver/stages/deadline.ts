import { errors } from '../../api/meta/status-error.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import type { Stage } from '../contract/stage.ts';

/** Checks the parameter `timeout` before anything else is done for the request. @throws StatusError 400 for one that is no duration. */
export const deadline: Stage = {
  name: 'deadline',
  handle(exchange, next) {
    const { query } = exchange.request;
    const timeout = query.size === 0 ? null : query.get('timeout');
    // A watch has a time limit of its own, `timeoutSeconds`.
    const duration = timeout && exchange.info.verb !== 'watch' ? parseGoDuration(timeout) : 0;
    if (typeof duration === 'string') throw errors.badRequest(`invalid timeout specified in the request URL - ${duration}`);
    return next(exchange);
  },
};
