import type { Lease, LeaseSpec } from '../../api/kinds/coordination/lease.ts';
import { leases } from '../../api/kinds/coordination/lease.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { microTimeText, sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../observe/event-recorder.ts';
import type { LeaderMetrics } from './leader-metrics.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** The Lease that is fought for. */
  readonly lease: ObjectKey;
  /** Unique to this candidate: host name and a random part. */
  readonly identity: string;
  readonly recorder?: EventRecorder;
  readonly metrics?: LeaderMetrics;
  readonly random?: Random;
  /** Defaults 15, 10 and 2 s, as upstream's. */
  readonly leaseMs?: number;
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
}

export interface LeaderElector {
  /** Resolves after the first answer about the Lease: a standby is as ready as a leader. */
  readonly ready: Promise<void>;
  /**
   * Waits for the Lease, then calls `lead` and renews until `signal` aborts, `lead` ends or the Lease is lost;
   * the signal given to `lead` aborts then. On an orderly end the Lease is released *after* `lead` has ended, so that the next leader starts on a quiet field.
   * @throws Stopped 'leadership lost' when the Lease could not be renewed within the renew deadline.
   */
  run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** The semantics of client-go's leaderelection with a Lease: other clocks are not trusted, only how long a record was seen unchanged. */
export function createLeaderElector(options: LeaderElectionOptions): LeaderElector {
  const { client, clock, log, lease: key, identity, recorder, metrics, random = systemRandom } = options;
  const { leaseMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2_000 } = options;
  let seen: { readonly version: string; readonly lease: Live<Lease>; readonly at: number } | undefined;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  const observe = (lease: Live<Lease>) => {
    const version = JSON.stringify(lease.spec ?? {});
    if (seen?.version === version) seen = { ...seen, lease };
    else seen = { version, lease, at: clock.monotonic() };
  };
  const holder = () => seen?.lease.spec?.holderIdentity ?? '';

  /** One try to take or keep the Lease; false where another holds it. Errors of the server are thrown. */
  const acquireOrRenew = async (): Promise<boolean> => {
    const now = microTimeText(clock.now());
    const mine: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    };
    // The holder first tries with what it knows: one request a renewal.
    if (!(seen && holder() === identity)) {
      try {
        observe(await client.get(leases, key));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        observe(await client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...key }, spec: mine }));
        return true;
      }
    }
    if (!seen) return false;
    const spec = seen.lease.spec ?? {};
    const held = holder() !== '' && holder() !== identity;
    if (held && clock.monotonic() - seen.at < (spec.leaseDurationSeconds ?? leaseMs / 1000) * 1000) return false;
    const kept = holder() === identity;
    observe(
      await client.update(leases, {
        ...seen.lease,
        spec: {
          ...spec,
          ...mine,
          acquireTime: kept ? (spec.acquireTime ?? now) : now,
          leaseTransitions: (spec.leaseTransitions ?? 0) + (kept ? 0 : 1),
        },
      }),
    );
    return true;
  };

  const tryOnce = async (): Promise<boolean> => {
    try {
      return await acquireOrRenew();
    } catch (error) {
      log.warn({ err: error, lease: key.name }, 'the lease could not be read or written');
      // Whatever was known of it may be wrong: read it anew.
      if (holder() === identity) {
        try {
          observe(await client.get(leases, key));
        } catch {
          // The next try tells.
        }
      }
      return false;
    } finally {
      markReady();
    }
  };

  /** Resolves to 'lost' when a whole renew deadline passed without success, to 'stopped' when the signal aborted. */
  const renew = async (signal: AbortSignal): Promise<'lost' | 'stopped'> => {
    let renewedAt = clock.monotonic();
    while (!signal.aborted) {
      await sleep(clock, retryMs, signal);
      if (signal.aborted) break;
      const deadline = sleep(clock, Math.max(0, renewDeadlineMs - (clock.monotonic() - renewedAt)), signal).then(() => false);
      if (await Promise.race([tryOnce(), deadline])) renewedAt = clock.monotonic();
      else if (clock.monotonic() - renewedAt >= renewDeadlineMs) return 'lost';
    }
    return 'stopped';
  };

  const release = async (): Promise<void> => {
    if (!seen || holder() !== identity) return;
    const now = microTimeText(clock.now());
    try {
      const spec: LeaseSpec = { ...seen.lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
      observe(await client.update(leases, { ...seen.lease, spec }));
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be released');
    }
  };

  return {
    ready,
    async run(signal, lead) {
      while (!(await tryOnce())) {
        await sleep(clock, retryMs * (1 + 1.2 * random()), signal);
        if (signal.aborted) return;
      }
      if (signal.aborted) return release();
      log.info({ lease: key.name, identity }, 'became the leader');
      metrics?.leads(true);
      if (seen) recorder?.event(seen.lease, 'Normal', 'LeaderElection', `${identity} became leader`);
      const leading = new AbortController();
      const onAbort = () => leading.abort(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const renewing = new AbortController();
      const renewal = renew(renewing.signal).then((end) => {
        if (end === 'lost') leading.abort(new Stopped('leadership lost'));
        return end;
      });
      try {
        await lead(leading.signal);
      } finally {
        metrics?.leads(false);
        signal.removeEventListener('abort', onAbort);
        renewing.abort(new Stopped('shutdown'));
      }
      if ((await renewal) === 'lost') {
        if (seen) recorder?.event(seen.lease, 'Normal', 'LeaderElection', `${identity} stopped leading`);
        throw new Stopped('leadership lost');
      }
      await release();
    },
  };
}
