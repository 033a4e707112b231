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
  /** The Lease that the candidates compete for. */
  readonly lease: ObjectKey;
  /** The unique name of this candidate: host name and a random part. */
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
  /** Resolves after the first answer about the Lease: a standby counts as ready. */
  readonly ready: Promise<void>;
  /**
   * Waits for the Lease, then calls `lead` and renews until `signal` aborts, `lead` ends or the Lease is lost;
   * the signal given to `lead` aborts then. On an orderly end the Lease is released *after* `lead` has ended, so that two leaders never overlap.
   * @throws Stopped 'leadership lost' if the Lease could not be renewed within the renew deadline
   */
  run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** Creates an elector with the semantics of client-go's leaderelection: it trusts no other clock, only the time for which it saw a record unchanged. */
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

  /** Tries once to take or keep the Lease; returns false if another candidate holds it. @throws StatusError as the server answered */
  const acquireOrRenew = async (): Promise<boolean> => {
    const now = microTimeText(clock.now());
    const mine: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    };
    // The holder first tries with the Lease it knows: one request per renewal.
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
      // The known Lease may be wrong: read it again. One that was deleted is created at the next try, as client-go does.
      if (holder() === identity) {
        try {
          observe(await client.get(leases, key));
        } catch (again) {
          if (isNotFound(again)) seen = undefined;
        }
      }
      return false;
    } finally {
      markReady();
    }
  };

  /**
   * Resolves to 'lost' once a whole renew deadline has passed without success, to 'stopped' once the signal has aborted and no renewal is under way: what
   * it writes would be written over, or refuse the release.
   */
  const renew = async (signal: AbortSignal): Promise<'lost' | 'stopped'> => {
    let renewedAt = clock.monotonic();
    while (!signal.aborted) {
      await sleep(clock, retryMs, signal);
      if (signal.aborted) break;
      const answered = new AbortController();
      const deadline = sleep(clock, Math.max(0, renewDeadlineMs - (clock.monotonic() - renewedAt)), answered.signal).then(() => false);
      if (await Promise.race([tryOnce(), deadline]).finally(() => answered.abort())) renewedAt = clock.monotonic();
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
