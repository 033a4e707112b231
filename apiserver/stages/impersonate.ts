import { StatusError } from '../../api/meta/status-error.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract/authorizer.ts';
import type { Result } from '../contract/call.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { attributesOf } from './authorization-attributes.ts';
import type { WantedUser } from './impersonation-headers.ts';
import { impersonates, wantedUserOf } from './impersonation-headers.ts';
import type { ImpersonationMode } from './impersonation-modes.ts';
import { impersonationModes } from './impersonation-modes.ts';

/** Users whose last successful mode is remembered, as upstream has it. */
const REMEMBERED = 10_000;

/**
 * Lets the request act as the user that its Impersonate-… headers name, if the authorizer lets its own user do so in one of the modes
 * (https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/).
 * @throws StatusError 403 if it does not, 400 for headers that name nobody.
 */
export function impersonate(authorizer: Authorizer): Stage {
  const modes = impersonationModes(authorizer);
  const lastMode = createBoundedMap<ImpersonationMode>(REMEMBERED);

  /** The mode that worked last for a user is tried first; its refusal is the one that the user sees. */
  async function impersonated(wanted: WantedUser, request: AuthorizationAttributes): Promise<UserInfo> {
    const { user } = request;
    const last = lastMode.get(user.name);
    let refusal: StatusError | undefined;
    for (const mode of last ? [last, ...modes.filter((each) => each !== last)] : modes) {
      if (!mode.applies(wanted, user)) continue;
      try {
        const as = await mode.check(wanted, request);
        if (mode !== last) lastMode.set(user.name, mode);
        return as;
      } catch (error) {
        if (!(error instanceof StatusError) || error.reason !== 'Forbidden') throw error;
        refusal ??= error;
      }
    }
    throw refusal ?? new Error('no mode of impersonation applies');
  }

  async function enter(exchange: Exchange, user: UserInfo, next: Next): Promise<Result> {
    const wanted = wantedUserOf(exchange.request);
    if (wanted) {
      exchange.user = await impersonated(wanted, attributesOf(user, exchange));
      exchange.impersonator = user;
    }
    return next(exchange);
  }
  return {
    name: 'impersonate',
    handle: (exchange, next) => (exchange.user && impersonates(exchange.request) ? enter(exchange, exchange.user, next) : next(exchange)),
  };
}
