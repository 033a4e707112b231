import type { Event } from '../../api/kinds/core/event.ts';
import { events } from '../../api/kinds/core/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { systemRandom } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { Correlated } from './event-correlator.ts';
import { createEventCorrelator } from './event-correlator.ts';
import { createEventIds } from './event-ids.ts';
import type { EventLinesOptions } from './event-lines.ts';
import { createEventLines } from './event-lines.ts';
import { eventOf } from './event-object.ts';

export interface EventRecorder {
  /**
   * Records an event on `object`; repeats are aggregated as upstream's correlator does. Never throws, never waits.
   * `fieldPath` names the part of the object that it concerns: `spec.containers{web}`.
   */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}

export interface EventSinkOptions extends EventLinesOptions {
  readonly client: Client;
}

/** Writes the events of all recorders of a process. */
export interface EventSink {
  /** Returns a recorder whose events have `component` (and `host`, for a node's) as their source. */
  recorder(component: string, host?: string): EventRecorder;
  /** Resolves when every event recorded so far has been written or dropped. */
  idle(): Promise<void>;
}

export function createEventSink(options: EventSinkOptions): EventSink {
  const { client, clock, random = systemRandom } = options;
  const correlator = createEventCorrelator();
  const nextId = createEventIds(clock, random);

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

  const lines = createEventLines<Event>(options, (event) => {
    const correlated = correlator.correlate(event, clock.now());
    return correlated.action === 'drop' ? undefined : () => write(correlated);
  });

  return {
    recorder: (component, host = '') => ({
      event(object, type, reason, message, fieldPath) {
        const event = eventOf(object, { component, host, type, reason, message, fieldPath, now: clock.now(), id: nextId() });
        lines.push(event.involvedObject.uid ?? event.involvedObject.name ?? '', event);
      },
    }),
    idle: lines.idle,
  };
}

/** Creates a recorder with a sink of its own. */
export function createEventRecorder(options: EventSinkOptions & { readonly component: string; readonly host?: string }): EventRecorder {
  return createEventSink(options).recorder(options.component, options.host);
}
