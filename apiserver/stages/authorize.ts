import { errors } from '../../api/meta/status-error.ts';
import { forbidden } from '../authz/refusal.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from '../contract/authorizer.ts';
import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { attributesOf } from './authorization-attributes.ts';

/** Asks the authorizer, by the request alone: before anything is looked up. Open routes are everyone's. @throws StatusError 403, 401. */
export function authorize(authorizer: Authorizer): Stage {
  function enter(exchange: Exchange, attributes: AuthorizationAttributes, decision: Decision, next: Next): Promise<Result> {
    exchange.decision = decision;
    if (decision.verdict === 'allow') return next(exchange);
    if (decision.evaluationError) throw errors.internal(decision.evaluationError);
    throw forbidden(attributes, decision.reason);
  }
  return {
    name: 'authorize',
    handle(exchange, next) {
      if (exchange.route?.open) return next(exchange);
      if (!exchange.user) throw errors.unauthorized();
      const attributes = attributesOf(exchange.user, exchange);
      const pending = authorizer.authorize(attributes);
      if (pending instanceof Promise) return pending.then((decision) => enter(exchange, attributes, decision, next));
      return enter(exchange, attributes, pending, next);
    },
  };
}
