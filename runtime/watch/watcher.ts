import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isExpired, isNotFound } from '../../api/meta/status-error.ts';
import type { Backoff } from '../../base/backoff.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { Delivery, WatcherInput, WatcherState } from './watcher-state.ts';
import { initialWatcherState, watcherStep } from './watcher-state.ts';

export interface WatcherOptions<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: all namespaces. */
  readonly namespace?: string;
  /** Limits the objects to those that both selectors match. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Receives every change in order; a 'replace' is awaited before the watch goes on. */
  readonly deliver: (delivery: Delivery<T>) => Promise<void> | void;
  readonly signal: AbortSignal;
  readonly backoff?: Backoff;
  readonly random?: Random;
}

const PAGE_SIZE = 500;
/** The server is asked to end a watch after 5 to 10 minutes, at random, as client-go's reflector does. */
const MIN_WATCH_SECONDS = 300;
/** A watch that stays silent for this much longer than it was asked to last counts as dead. */
const SILENCE_MARGIN_MS = 15_000;
/** A watch that lasted this long resets the back-off. */
const STEADY_MS = 10_000;

/**
 * Follows all objects of a kind until `signal` aborts: lists in pages, watches, resumes from the last revision or bookmark,
 * lists again if the revision is gone. Errors are logged and retried without limit, with a jittered back-off; it never rejects.
 */
export async function runWatcher<T extends KubeObject>(options: WatcherOptions<T>): Promise<void> {
  const { clock, signal, deliver, log, kind } = options;
  const { random = systemRandom } = options;
  const backoff = options.backoff ?? createBackoff({ initialMs: 100, maxMs: 30_000, jitter: 1, random });
  let state: WatcherState<T> = initialWatcherState;
  let action = watcherStep<T>(state, { type: 'waited' }).action;

  const feed = (input: WatcherInput<T>): Promise<void> | void => {
    const step = watcherStep(state, input);
    state = step.state;
    action = step.action;
    if (step.reset) backoff.reset();
    if (input.type === 'failed' && !signal.aborted) report(log, kind, state.phase, input.error);
    if (input.type === 'silent') log.warn({ kind: kind.kind }, 'watch went silent: opening it again');
    if (step.delivery) return deliver(step.delivery);
  };

  while (!signal.aborted) {
    switch (action.do) {
      case 'list':
        await feed(await listPage(options, state.phase === 'listing', action.continue));
        break;
      case 'watch': {
        const opened = clock.monotonic();
        const end = await watchUntilEnd(options, action.revision, feed);
        if (clock.monotonic() - opened >= STEADY_MS) backoff.reset();
        await feed(end);
        break;
      }
      case 'wait':
        await sleep(clock, backoff.next(), signal);
        await feed({ type: 'waited' });
        break;
      case 'read':
        throw new Error('a watcher reads only while its watch is open');
    }
  }
}

/** The first list may be as old as the server's cache; a relist must not go back in time, so it asks for the newest. */
async function listPage<T extends KubeObject>(options: WatcherOptions<T>, first: boolean, token: string | undefined): Promise<WatcherInput<T>> {
  const { client, kind, namespace, labelSelector, fieldSelector } = options;
  try {
    const page = await client.list(kind, {
      namespace,
      labelSelector,
      fieldSelector,
      limit: PAGE_SIZE,
      ...(token === undefined ? first && { resourceVersion: '0' } : { continue: token }),
    });
    return { type: 'page', items: page.items, revision: page.resourceVersion, continue: page.continue };
  } catch (error) {
    return { type: 'failed', error };
  }
}

async function watchUntilEnd<T extends KubeObject>(
  options: WatcherOptions<T>,
  revision: string,
  feed: (input: WatcherInput<T>) => Promise<void> | void,
): Promise<WatcherInput<T>> {
  const { client, clock, kind, namespace, labelSelector, fieldSelector, signal, random = systemRandom } = options;
  const timeoutSeconds = Math.floor(MIN_WATCH_SECONDS * (1 + random()));
  const silence = new AbortController();
  const limitMs = timeoutSeconds * 1000 + SILENCE_MARGIN_MS;
  let lastHeard = clock.monotonic();
  let cancel = () => {};
  const check = () => {
    const left = limitMs - (clock.monotonic() - lastHeard);
    if (left <= 0) silence.abort(new Error('the watch is silent'));
    else cancel = clock.after(left, check);
  };
  check();
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    await client.watch(
      kind,
      { namespace, labelSelector, fieldSelector, resourceVersion: revision, allowWatchBookmarks: true, timeoutSeconds },
      (event) => {
        if (either.aborted) return;
        lastHeard = clock.monotonic();
        void feed({ type: 'event', event });
      },
      either,
    );
    return silence.signal.aborted ? { type: 'silent' } : { type: 'ended' };
  } catch (error) {
    return silence.signal.aborted ? { type: 'silent' } : { type: 'failed', error };
  } finally {
    cancel();
  }
}

function report(log: Logger, kind: Kind, phase: string, error: unknown): void {
  if (isExpired(error)) log.info({ kind: kind.kind }, 'the watch fell behind what the server remembers: listing again');
  else if (isNotFound(error) && phase !== 'listing') log.debug({ kind: kind.kind }, 'the kind is not served any more: asking now and then');
  else log.warn({ kind: kind.kind, phase, err: error }, 'list or watch failed: trying again');
}
