import type { Clock } from '../../../base/clock.ts';
import { sleep, systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Runnable } from '../../../runtime/control/runnable.ts';
import { createZone } from './cluster-names.ts';
import { createForwarder } from './forward.ts';
import { addLocalAddress, keepLocalAddress } from './local-address.ts';
import type { DnsMetrics } from './metrics.ts';
import type { ClusterRecords } from './records.ts';
import { createResolvers } from './resolvers.ts';
import { createResponder } from './responder.ts';
import { listenDns } from './server.ts';
import { createExchange } from './upstream.ts';

export interface ClusterDnsOptions {
  readonly records: ClusterRecords;
  /** `10.96.0.10`: put on the node's loopback device. */
  readonly address: string;
  /** Default `cluster.local`. */
  readonly domain?: string;
  /** Default 53. */
  readonly port?: number;
  /** Default /etc/resolv.conf: the node's. */
  readonly resolvConf?: string;
  readonly log: Logger;
  readonly metrics?: DnsMetrics;
  readonly clock?: Clock;
}

const RETRY_MS = 1000;

/**
 * DNS for the pods of this node, answered from the informers' caches: it listens once they are filled, as a wrong "no such name" would be kept by
 * clients, while silence makes them ask again. The address stays when the signal aborts; the server does not.
 */
export function createClusterDns(options: ClusterDnsOptions): Runnable {
  const { records, address, log, metrics } = options;
  const clock = options.clock ?? systemClock;
  const domain = options.domain ?? 'cluster.local';
  const resolvers = createResolvers(options.resolvConf ?? '/etc/resolv.conf', new Set([address]), clock);
  const respond = createResponder({
    domain,
    zone: createZone({ domain, address, records }),
    forward: createForwarder({ resolvers, exchange: createExchange({ clock }), clock, metrics }),
    clock,
    metrics,
  });
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    ready,
    async run(signal) {
      await records.ready;
      while (!signal.aborted) {
        try {
          await addLocalAddress(address);
          const server = await listenDns({ respond, address, port: options.port ?? 53, log });
          log.info({ address, domain }, 'DNS serves');
          markReady();
          await keepLocalAddress({ address, log, clock }, signal);
          await server.close();
        } catch (error) {
          log.error({ err: error }, 'DNS cannot be served: tried again');
          await sleep(clock, RETRY_MS, signal);
        }
      }
    },
  };
}
