import { randomUUID } from 'node:crypto';
import type { Registry } from 'prom-client';
import { keyText } from '../../api/meta/object.ts';
import { isConflict } from '../../api/meta/status-error.ts';
import { aborted, Stopped, settledBefore, settledWithin } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventSink } from '../observe/event-recorder.ts';
import { createEventSink } from '../observe/event-recorder.ts';
import type { Result } from '../queue/result.ts';
import { TerminalError } from '../queue/result.ts';
import type { Lane, WorkItem, WorkQueue } from '../queue/work-queue.ts';
import { createWorkQueue } from '../queue/work-queue.ts';
import type { Informers } from '../watch/informer.ts';
import { createInformers } from '../watch/informer-set.ts';
import type { ConnectedController, ControllerDefinition, ReconcileContext } from './controller.ts';
import { setUpController } from './controller.ts';
import type { LeaderElectionOptions } from './leader-election.ts';
import { createLeaderElector } from './leader-election.ts';
import { createLeaderMetrics } from './leader-metrics.ts';
import type { ReconcileMetrics } from './reconcile-metrics.ts';
import { reconcileMetrics } from './reconcile-metrics.ts';
import type { Runnable } from './runnable.ts';
import { showRunning } from './running-controllers.ts';

export interface ManagerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Receives the metrics of the queue and of the reconciles. Managers may share it: lanes are told apart by their names. */
  readonly registry: Registry;
  /** The manager's name in `running_managed_controllers`. Left out, that metric is not kept. */
  readonly name?: string;
  readonly controllers: readonly ControllerDefinition[];
  /** Returns the client that a controller acts through, if it has an identity of its own; informers keep to `client`. Default: `client`. */
  readonly clientFor?: (definition: ControllerDefinition) => Client;
  /** Shared with other parts of the process. Default: the manager's own. */
  readonly informers?: Informers;
  /** Reads metadata alone, for the manager's own informers (`createMetadataClient`). Default: objects are read whole. */
  readonly metadata?: Client;
  /** Limits the manager's own informers to these namespaces. Default: all. */
  readonly namespaces?: readonly string[];
  readonly eventSink?: EventSink;
  /** Left out, the manager leads at once. */
  readonly leaderElection?: Pick<LeaderElectionOptions, 'lease' | 'identity'> & Partial<LeaderElectionOptions>;
  /** Limits the time that running reconciles get after the stop. Default 10 s. */
  readonly graceMs?: number;
  readonly random?: Random;
}

/** Limits the time for writing the last events. */
const EVENTS_GRACE_MS = 1000;

/** A controller while it runs. */
interface Running {
  readonly definition: ControllerDefinition;
  readonly controller: ConnectedController;
  readonly lane: Lane;
  readonly log: Logger;
}

/**
 * Runs controllers over one client, one set of informers and one work queue.
 *
 * Start: leadership, if asked for; set-up of each controller in the given order; each lane opens as soon as its informers are ready.
 * `ready` resolves when all lanes are open, or, with leader election, once it stands by.
 * Stop, in reverse: no further key is taken, running reconciles get their signal and the grace period, then informers and events end.
 * `run` resolves at the end of an orderly stop; it throws Stopped 'leadership lost', or the error of a controller's `run`.
 */
export function createManager(options: ManagerOptions): Runnable {
  const { clock, log, random, leaderElection } = options;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    ready,
    async run(signal) {
      if (!leaderElection) return runControllers(options, signal, markReady);
      const metrics = createLeaderMetrics(options.registry, leaderElection.lease.name);
      const elector = createLeaderElector({ client: options.client, clock, log, random, metrics, ...leaderElection });
      void elector.ready.then(markReady);
      await elector.run(signal, (leading) => runControllers(options, leading, markReady));
    },
  };
}

async function runControllers(options: ManagerOptions, signal: AbortSignal, markReady: () => void): Promise<void> {
  const { client, clock, log, random, registry, graceMs = 10_000 } = options;
  // Outlives the reconciles, so that they can read and record events to their end.
  const base = new AbortController();
  const informers = options.informers ?? createInformers({ ...options, signal: base.signal });
  const events = options.eventSink ?? createEventSink({ client, clock, log, random, signal: base.signal });
  const queue = createWorkQueue({ clock, registry });
  const metricsOf = reconcileMetrics(registry);
  const work = new AbortController();
  const onAbort = () => work.abort(signal.reason ?? new Stopped('shutdown'));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  let showEnd = () => {};

  try {
    const controllers = options.controllers.map((definition) =>
      setUp(definition, { ...options, informers, events, queue, metrics: metricsOf(definition.name, definition.concurrency), signal: work.signal }),
    );
    if (options.name !== undefined)
      showEnd = showRunning(
        registry,
        options.name,
        controllers.map(({ definition }) => definition.name),
      );
    const queueRun = queue.run(work.signal);
    const sideRuns = controllers.map(({ controller, definition }) =>
      (controller.run?.(work.signal) ?? Promise.resolve()).catch((error: unknown) => {
        log.error({ err: error, controller: definition.name }, 'a controller ended with an error: stopping');
        work.abort(error);
        throw error;
      }),
    );
    const ended = Promise.allSettled([queueRun, ...sideRuns]);
    const opened = Promise.all(controllers.map((running) => openWhenReady(running, work.signal)));
    void opened.then((open) => open.every(Boolean) && markReady());
    await aborted(work.signal);
    if (!(await settledWithin(clock, graceMs, ended))) log.warn('the grace period is over: leaving reconciles behind');
    await settledWithin(clock, EVENTS_GRACE_MS, events.idle());
    const { reason } = work.signal;
    if (!signal.aborted) throw reason;
  } finally {
    showEnd();
    signal.removeEventListener('abort', onAbort);
    base.abort(new Stopped('shutdown'));
  }
}

interface SetUpOptions extends ManagerOptions {
  readonly informers: Informers;
  readonly events: EventSink;
  readonly queue: WorkQueue;
  readonly metrics: ReconcileMetrics;
  readonly signal: AbortSignal;
}

function setUp(definition: ControllerDefinition, options: SetUpOptions): Running {
  const { client, clock, informers, events, queue, registry, metrics, signal } = options;
  const log = options.log.child({ controller: definition.name });
  let controller: ConnectedController | undefined;
  const process = async (item: WorkItem): Promise<Result> => {
    if (!controller) throw new Error('a lane opened before its controller was set up');
    const started = clock.monotonic();
    metrics.started();
    let outcome: Parameters<typeof metrics.ended>[0] = 'error';
    try {
      const result = await controller.reconcile(item.key, contextOf(item, log, signal));
      outcome = 'requeueAfterMs' in result ? 'requeue_after' : 'success';
      return result;
    } catch (error) {
      if (error instanceof TerminalError) outcome = 'terminal';
      throw error;
    } finally {
      metrics.ended(outcome, (clock.monotonic() - started) / 1000);
    }
  };
  const lane = queue.lane({
    name: definition.name,
    concurrency: definition.concurrency,
    process,
    onError: (item, error, retryInMs) => logFailure(log, item, error, retryInMs, signal),
  });
  controller = setUpController(definition, {
    client: options.clientFor?.(definition) ?? client,
    informers,
    clock,
    log,
    recorder: events.recorder(definition.component),
    registry,
    enqueue: (key, enqueueOptions) => lane.add(key, enqueueOptions),
  });
  return { definition, controller, lane, log };
}

/** The child logger is made on first use: most reconciles log nothing. */
function contextOf(item: WorkItem, log: Logger, signal: AbortSignal): ReconcileContext {
  let own: Logger | undefined;
  return {
    signal,
    get log() {
      own ??= log.child({ key: keyText(item.key), reconcileID: randomUUID(), ...(item.reason && { reason: item.reason }) });
      return own;
    },
  };
}

function logFailure(log: Logger, item: WorkItem, error: unknown, retryInMs: number | undefined, signal: AbortSignal): void {
  if (signal.aborted) return;
  const fields = { key: keyText(item.key), err: error, failures: item.failures + 1, retryInMs };
  if (retryInMs === undefined) log.error(fields, 'reconcile failed for good');
  else if (isConflict(error)) log.debug(fields, 'lost a race: trying again');
  else log.warn(fields, 'reconcile failed: trying again');
}

async function openWhenReady({ controller, lane, log }: Running, signal: AbortSignal): Promise<boolean> {
  const isReady = await settledBefore(Promise.all(controller.needs.map((informer) => informer.ready)), signal);
  if (!isReady) return false;
  lane.open();
  log.debug('started');
  return true;
}
