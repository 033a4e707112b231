import { randomUUID } from 'node:crypto';
import type { EventsEvent } from '../../api/kinds/events/event.ts';
import { eventsEvents } from '../../api/kinds/events/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { microTimeText } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { createEventIds } from './event-ids.ts';
import { createEventLines } from './event-lines.ts';
import { referenceTo } from './event-object.ts';
import type { EventSinkOptions } from './event-recorder.ts';
import { createEventSeriesBook, FINISH_MS, REFRESH_MS } from './event-series.ts';

/** Records events of events.k8s.io/v1: they tell the action, have a time in microseconds and repeat as a series. The scheduler's are such. */
export interface ActionRecorder {
  /** Records an event on `object`. Never throws, never waits. */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, note: string, about: EventAction): void;
}

export interface EventAction {
  /** The action that was taken, or failed: `Binding`. */
  readonly action: string;
  /** The second object that it concerns. */
  readonly related?: KubeObject;
}

export interface ActionSinkOptions extends EventSinkOptions {
  /** The name of the machine, for `reportingInstance`. */
  readonly host: string;
}

/** Writes the events of all such recorders of a process. */
export interface ActionSink {
  /** Returns a recorder whose events are reported by `controller`. */
  recorder(controller: string): ActionRecorder;
  /** Resolves when every event recorded so far has been written or dropped. */
  idle(): Promise<void>;
}

export function createActionSink(options: ActionSinkOptions): ActionSink {
  const { client, clock, host, signal, random = systemRandom } = options;
  const book = createEventSeriesBook(() => clock.now());
  const nextId = createEventIds(clock, random);

  const write = async (event: EventsEvent): Promise<void> => {
    if (event.series) {
      const key = { namespace: event.metadata?.namespace ?? '', name: event.metadata?.name ?? '' };
      try {
        await client.patch(eventsEvents, key, { type: 'strategic', body: { series: event.series } });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    await client.create(eventsEvents, event);
  };

  const lines = createEventLines<EventsEvent>(options, (event) => () => write(event));
  const push = (event: EventsEvent) => lines.push(event.regarding?.uid ?? event.regarding?.name ?? '', event);
  const each = (ms: number, events: () => readonly EventsEvent[]) => {
    const round = (): void => {
      if (signal.aborted) return;
      for (const event of events()) push(event);
      cancel = clock.after(ms, round, 'background');
    };
    let cancel = clock.after(ms, round, 'background');
    signal.addEventListener('abort', () => cancel(), { once: true });
  };
  each(FINISH_MS, book.finish);
  each(REFRESH_MS, book.running);

  return {
    recorder: (controller) => ({
      event(object, type, reason, note, { action, related }) {
        const { metadata } = object;
        const next = book.record({
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: `${metadata?.name || randomUUID()}.${nextId()}`, namespace: metadata?.namespace || 'default' },
          eventTime: microTimeText(clock.now()),
          reportingController: controller,
          reportingInstance: `${controller}-${host}`,
          action,
          reason,
          regarding: referenceTo(object),
          ...(related && { related: referenceTo(related) }),
          note,
          type,
        });
        if (next) push(next);
      },
    }),
    idle: lines.idle,
  };
}
