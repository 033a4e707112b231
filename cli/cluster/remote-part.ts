import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { Stopped, settledWithin } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { createLogger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { createHttpsClient, createMetadataClient } from '../../runtime/client/https-client.ts';
import { createLeaderElector } from '../../runtime/control/leader-election.ts';
import { createLeaderMetrics } from '../../runtime/control/leader-metrics.ts';
import type { ActionSink } from '../../runtime/observe/action-recorder.ts';
import { createActionSink } from '../../runtime/observe/action-recorder.ts';
import type { Documents } from '../../runtime/observe/document.ts';
import type { EventSink } from '../../runtime/observe/event-recorder.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import type { Informers } from '../../runtime/watch/informer.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import type { RemoteFlags } from '../config/remote-options.ts';
import { candidateName, remoteCredentials } from '../config/remote-options.ts';
import { serveMetrics } from './controller-metrics.ts';

/** A term of leadership: the cluster, as the part sees it. Informers and events outlive the work of the term. */
export interface Term {
  readonly client: Client;
  readonly credentials: Credentials;
  readonly informers: Informers;
  readonly events: EventSink;
  readonly actions: ActionSink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
}

export interface RemotePart {
  /** Upstream's name: that of the user agent, so of the field manager. */
  readonly name: string;
  /** The source of its events about leadership. */
  readonly component: string;
  readonly flags: RemoteFlags;
  /** Does the part's work until the signal aborts. */
  readonly work: (term: Term, signal: AbortSignal) => Promise<void>;
  /** Served on the secure port of the metrics. */
  readonly documents?: Documents;
}

const EVENTS_GRACE_MS = 1_000;

/**
 * Runs a part of the control plane against a cluster elsewhere, under leader election if that is asked for, until the signal aborts.
 * @throws Stopped if leadership is lost: the process ends, and its successor starts with nothing that is stale
 */
export async function runRemotePart({ name, component, flags, work, documents }: RemotePart, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  const log = createLogger({ component: name, level: flags['log-level'] });
  const registry = new Registry();
  processMetrics(registry);
  const credentials = await remoteCredentials(flags);
  const access = { ...credentials, userAgent: name, registry };
  const client = createHttpsClient(access);
  const metadata = createMetadataClient(access);
  const base = new AbortController();
  const events = createEventSink({ client, clock, log, signal: base.signal });
  const actions = createActionSink({ client, clock, log, host: hostname(), signal: base.signal });
  const ready = Promise.withResolvers<void>();
  const close = await serveMetrics(flags, { client, clock, log, registry, ready: ready.promise, ...(documents ? { documents } : {}) });
  const lead = async (leading: AbortSignal) => {
    const life = new AbortController();
    const informers = createInformers({ client, metadata, clock, log, signal: AbortSignal.any([base.signal, life.signal]) });
    try {
      await work({ client, credentials, informers, events, actions, clock, log, registry }, leading);
    } finally {
      life.abort(new Stopped('shutdown'));
    }
  };
  try {
    if (flags['leader-elect']) {
      const elector = createLeaderElector({
        client,
        clock,
        log,
        metrics: createLeaderMetrics(registry, flags['leader-elect-resource-name']),
        recorder: events.recorder(component),
        lease: { namespace: flags['leader-elect-resource-namespace'], name: flags['leader-elect-resource-name'] },
        identity: candidateName(randomUUID()),
        leaseMs: flags['leader-elect-lease-duration'] * 1000,
        renewDeadlineMs: flags['leader-elect-renew-deadline'] * 1000,
        retryMs: flags['leader-elect-retry-period'] * 1000,
      });
      void elector.ready.then(ready.resolve);
      await elector.run(signal, lead);
    } else {
      ready.resolve();
      await lead(signal);
    }
  } finally {
    await settledWithin(clock, EVENTS_GRACE_MS, Promise.all([events.idle(), actions.idle()]));
    base.abort(new Stopped('shutdown'));
    close();
  }
}
