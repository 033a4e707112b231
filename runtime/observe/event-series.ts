import type { EventsEvent } from '../../api/kinds/events/event.ts';
import { microTimeText } from '../../base/clock.ts';

/**
 * Counts events of events.k8s.io/v1 that say the same of the same object, as client-go's broadcaster does: the second makes the first a series,
 * further ones are counted here and written from time to time. Their notes may differ: the first stays.
 */
export interface EventSeriesBook {
  /** Returns the event to write: a new one, or one that became a series; undefined if it was counted only. */
  record(event: EventsEvent): EventsEvent | undefined;
  /** Forgets what has not come again for `FINISH_MS`; returns the series among it, to be written for the last time. */
  finish(): readonly EventsEvent[];
  /** Returns the series that go on, to be written so that they outlive the server's time for events. */
  running(): readonly EventsEvent[];
}

/** The time without a repeat after which a series has ended. */
export const FINISH_MS = 6 * 60_000;
/** The period in which a series that goes on is written. */
export const REFRESH_MS = 30 * 60_000;
/** Limits the events that are remembered; the oldest is forgotten, and its last count is not written. */
const REMEMBERED = 4096;

interface Entry {
  event: EventsEvent;
  /** Milliseconds since the epoch. */
  lastAt: number;
}

/** @param now returns the time in milliseconds since the epoch */
export function createEventSeriesBook(now: () => number): EventSeriesBook {
  const entries = new Map<string, Entry>();
  const series = (list: readonly Entry[]) => list.map(({ event }) => event).filter((event) => event.series !== undefined);
  return {
    record(event) {
      const key = keyOf(event);
      const known = entries.get(key);
      if (!known) {
        entries.set(key, { event, lastAt: now() });
        const [oldest] = entries.size > REMEMBERED ? entries.keys() : [];
        if (oldest !== undefined) entries.delete(oldest);
        return event;
      }
      const count = (known.event.series?.count ?? 1) + 1;
      known.lastAt = now();
      known.event = { ...known.event, series: { count, lastObservedTime: microTimeText(known.lastAt) } };
      return count === 2 ? known.event : undefined;
    },
    finish() {
      const ended = [...entries].filter(([, { lastAt }]) => now() - lastAt > FINISH_MS);
      for (const [key] of ended) entries.delete(key);
      return series(ended.map(([, entry]) => entry));
    },
    running: () => series([...entries.values()]),
  };
}

const keyOf = ({ type, action, reason, reportingController, reportingInstance, regarding, related }: EventsEvent): string =>
  JSON.stringify([type, action, reason, reportingController, reportingInstance, regarding, related]);
