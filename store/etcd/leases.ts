import type { Clock } from '../../base/clock.ts';
import type { EtcdConnection } from './connection.ts';
import * as messages from './messages.ts';

/** Leases are shared by the keys written within this time, as upstream shares those of events. */
const SHARED_MS = 60_000;

/** Finds the lease under which a key of this time to live is written: an id as decimal text, `0` for a key that does not expire. */
export type LeaseFor = (ttlSeconds: number | undefined) => Promise<string>;

export function createLeases(connection: EtcdConnection, clock: Clock): LeaseFor {
  const leases = new Map<number, { readonly id: Promise<string>; readonly until: number }>();
  return async (ttlSeconds) => {
    if (ttlSeconds === undefined) return '0';
    const shared = leases.get(ttlSeconds);
    if (shared && clock.now() < shared.until) return shared.id;
    // A shared lease outlives the requested time by as long as it is shared.
    const total = ttlSeconds + (ttlSeconds * 1000 > 10 * SHARED_MS ? SHARED_MS / 1000 : 0);
    const id = connection.call('/etcdserverpb.Lease/LeaseGrant', messages.encodeLeaseGrant(total), messages.decodeLeaseGrant);
    if (total > ttlSeconds) {
      leases.set(ttlSeconds, { id, until: clock.now() + SHARED_MS });
      id.catch(() => leases.delete(ttlSeconds));
    }
    return id;
  };
}
