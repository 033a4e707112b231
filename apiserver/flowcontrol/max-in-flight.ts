import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { isLongRunning } from '../request/long-running.ts';
import { tooManyRequests } from './too-many-requests.ts';

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/**
 * Limits the requests that are served at once without regard to their senders, in place of priority and fairness
 * (k8s.io/apiserver/pkg/server/filters/maxinflight.go). 0 is no limit. Administrators are not held back.
 */
export function limitInFlight(maxReads: number, maxWrites: number): Stage {
  const [reads, writes] = [
    { served: 0, limit: maxReads },
    { served: 0, limit: maxWrites },
  ];
  async function serve(exchange: Exchange, next: Next, kind: { served: number }): Promise<Result> {
    kind.served++;
    try {
      return await next(exchange);
    } finally {
      kind.served--;
    }
  }
  return {
    name: 'max-in-flight',
    handle(exchange, next) {
      const { info, user } = exchange;
      if (!user || isLongRunning(info) || info.verb === 'watch') return next(exchange);
      const kind = READS.has(info.verb) ? reads : writes;
      if (kind.limit === 0) return next(exchange);
      if (kind.served < kind.limit || user.groups.includes('system:masters')) return serve(exchange, next, kind);
      return Promise.resolve(tooManyRequests(1));
    },
  };
}
