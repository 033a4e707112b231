import type { Event } from '../../api/kinds/core/event.ts';
import { events } from '../../api/kinds/core/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { hasReason, isNotFound, StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { createFifo } from '../../base/fifo.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { Correlated } from './event-correlator.ts';
import { createEventCorrelator } from './event-correlator.ts';
import { eventOf } from './event-object.ts';

export interface EventRecorder {
  /**
   * Records an event on `object`; repeats are aggregated as upstream's correlator does. Never throws, never waits.
   * `fieldPath` names the part of the object that it concerns: `spec.containers{web}`.
   */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}

export interface EventSinkOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Events that are not written when it aborts are dropped. */
  readonly signal: AbortSignal;
  readonly random?: Random;
}

/** Writes the events of all recorders of a process. */
export interface EventSink {
  /** Returns a recorder whose events have `component` (and `host`, for a node's) as their source. */
  recorder(component: string, host?: string): EventRecorder;
  /** Resolves when every event recorded so far has been written or dropped. */
  idle(): Promise<void>;
}

/** Lines of events that wait. An object always takes the same line, so that its events keep their order. */
const LINES = 8;
/** Limits the events that wait to be written, over all lines; further ones are dropped. */
const MAX_WAITING = 8000;
const MAX_TRIES = 12;
const RETRY_MS = 10_000;

export function createEventSink({ client, clock, log, signal, random = systemRandom }: EventSinkOptions): EventSink {
  const correlator = createEventCorrelator();
  const lines = Array.from({ length: LINES }, () => ({ waiting: createFifo<Event>(), busy: false }));
  let waiting = 0;
  let dropped = 0;
  let idlers: (() => void)[] = [];
  let lastNanos = 0n;

  /**
   * Returns a number that is unique within the sink and close to the time in nanoseconds, as in upstream's names. The clock counts
   * milliseconds; the rest is random, since several sinks write about one object: scheduler and node within one millisecond.
   */
  const uniqueNanos = () => {
    const now = BigInt(clock.now()) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000));
    lastNanos = now > lastNanos ? now : lastNanos + 1n;
    return lastNanos;
  };

  const write = async (correlated: Exclude<Correlated, { action: 'drop' }>): Promise<void> => {
    const { metadata } = correlated.event;
    const key = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
    if (correlated.action === 'patch') {
      try {
        await client.patch(events, key, { type: 'strategic', body: correlated.patch });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    await client.create(events, correlated.event);
  };

  const writeWithRetries = async (event: Event): Promise<void> => {
    const correlated = correlator.correlate(event, clock.now());
    if (correlated.action === 'drop') return;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        return await write(correlated);
      } catch (error) {
        if (error instanceof StatusError && !hasReason(error, 'TooManyRequests', 'ServiceUnavailable', 'Timeout', 'ServerTimeout')) {
          log.debug({ err: error, reason: event.reason }, 'the server refused an event');
          return;
        }
        if (attempt === MAX_TRIES) {
          log.warn({ err: error, reason: event.reason }, 'an event could not be written');
          return;
        }
        await sleep(clock, RETRY_MS * (attempt === 1 ? random() : 1), signal);
      }
    }
  };

  const drain = async (line: (typeof lines)[number]): Promise<void> => {
    line.busy = true;
    for (let event = line.waiting.shift(); event; event = line.waiting.shift()) {
      await writeWithRetries(event);
      waiting--;
    }
    line.busy = false;
    if (waiting > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  };

  return {
    recorder: (component, host = '') => ({
      event(object, type, reason, message, fieldPath) {
        if (signal.aborted) return;
        if (waiting >= MAX_WAITING) {
          if (dropped++ % 1000 === 0) log.warn({ dropped }, 'too many events wait to be written: dropping');
          return;
        }
        const event = eventOf(object, { component, host, type, reason, message, fieldPath, now: clock.now(), id: uniqueNanos().toString(16) });
        const line = lines[lineOf(event.involvedObject.uid ?? event.involvedObject.name ?? '')];
        if (!line) return;
        waiting++;
        line.waiting.push(event);
        if (!line.busy) void drain(line);
      },
    }),
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}

/** Creates a recorder with a sink of its own. */
export function createEventRecorder(options: EventSinkOptions & { readonly component: string; readonly host?: string }): EventRecorder {
  return createEventSink(options).recorder(options.component, options.host);
}

function lineOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(hash) % LINES;
}
