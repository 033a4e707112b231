import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from '../contract/authorizer.ts';
import type { Result } from '../contract/call.ts';
import type { UserInfo } from '../contract/request.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { requestedSelection } from './requested-selection.ts';

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
      const attributes = attributesOf(exchange.user, exchange.info, exchange.request.query);
      const pending = authorizer.authorize(attributes);
      if (pending instanceof Promise) return pending.then((decision) => enter(exchange, attributes, decision, next));
      return enter(exchange, attributes, pending, next);
    },
  };
}

function attributesOf(user: UserInfo, info: RequestInfo, query: URLSearchParams): AuthorizationAttributes {
  const { verb, path } = info;
  if (!info.isResource)
    return { user, verb, isResource: false, group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path };
  const { group, version, plural: resource, subresource, accessNamespace: namespace, name } = info;
  const selected = name === '' ? requestedSelection(verb, query) : undefined;
  return { user, verb, isResource: true, group, version, resource, subresource, namespace, name, path, ...selected };
}

/** Upstream's sentence for a refusal: it names the user, the action and the place. */
function forbidden(a: AuthorizationAttributes, reason: string | undefined): StatusError {
  const because = reason ? `: ${reason}` : '';
  if (!a.isResource) {
    return new StatusError(
      'Forbidden',
      `forbidden: User ${JSON.stringify(a.user.name)} cannot ${a.verb} path ${JSON.stringify(a.path)}${because}`,
      {},
    );
  }
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const where = a.namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(a.namespace)}`;
  return errors.forbidden(
    { group: a.group, plural: a.resource, kind: '' },
    a.name,
    `User ${JSON.stringify(a.user.name)} cannot ${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)}${where}${because}`,
  );
}
