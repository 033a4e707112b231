import { errors } from '../../api/meta/status-error.ts';
import type { Authenticator } from '../contract/authenticator.ts';
import type { Result } from '../contract/call.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';

/** Identifies the user; clients in this process bring theirs. @throws StatusError 401. */
export function authenticate(authenticator: Authenticator): Stage {
  function enter(exchange: Exchange, user: UserInfo | undefined, next: Next): Promise<Result> {
    if (!user) throw errors.unauthorized();
    exchange.user = user;
    return next(exchange);
  }
  return {
    name: 'authenticate',
    handle(exchange, next) {
      if (exchange.user) return next(exchange);
      const pending = authenticator.authenticate(exchange.request, exchange);
      return pending instanceof Promise ? pending.then((user) => enter(exchange, user, next)) : enter(exchange, pending, next);
    },
  };
}
