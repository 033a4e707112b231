import type { Stage } from '../contract/stage.ts';
import type { Claims } from './claims.ts';
import type { Forward } from './forwarding.ts';

/**
 * Hands requests for the versions of API groups that another server serves to that server. They have been authenticated, authorised and
 * recorded as all others. While no version is claimed this is one comparison.
 */
export const aggregate = (claims: Claims, forwarding: () => Promise<Forward>): Stage => ({
  name: 'aggregate',
  handle(exchange, next) {
    if (claims.current === undefined) return next(exchange);
    const claim = claims.of(exchange.request.path);
    return claim ? forwarding().then((forward) => forward(exchange, claim)) : next(exchange);
  },
});
