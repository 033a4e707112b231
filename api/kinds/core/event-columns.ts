import { nameColumn, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { since } from '../../columns/human-duration.ts';
import type { EventsEvent } from '../events/event.ts';
import type { Event } from './event.ts';

/** What a row needs of an event, in either of its two forms. */
interface EventFacts {
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly seriesLast: string | undefined;
  readonly eventTime: string | undefined;
  readonly count: number;
  readonly object: { readonly kind?: string | undefined; readonly name?: string | undefined; readonly fieldPath?: string | undefined };
  readonly component: string;
  readonly instance: string;
  readonly message: string;
}

function coreFacts(event: Event): EventFacts {
  return {
    first: event.firstTimestamp,
    last: event.lastTimestamp,
    seriesLast: event.series?.lastObservedTime,
    eventTime: event.eventTime,
    count: event.series ? (event.series.count ?? 0) : event.count || 1,
    object: event.involvedObject,
    component: event.source?.component || event.reportingComponent || '',
    instance: event.source?.host || event.reportingInstance || '',
    message: event.message ?? '',
  };
}

function eventsFacts(event: EventsEvent): EventFacts {
  return {
    first: event.deprecatedFirstTimestamp,
    last: event.deprecatedLastTimestamp,
    seriesLast: event.series?.lastObservedTime,
    eventTime: event.eventTime ?? undefined,
    count: event.series ? event.series.count : event.deprecatedCount || 1,
    object: event.regarding ?? {},
    component: event.deprecatedSource?.component || event.reportingController || '',
    instance: event.deprecatedSource?.host || event.reportingInstance || '',
    message: event.note ?? '',
  };
}

const firstSeen = (facts: EventFacts, now: number): string => since(facts.first ?? facts.eventTime, now);
const lastSeen = (facts: EventFacts, now: number): string =>
  facts.seriesLast ? since(facts.seriesLast, now) : facts.last ? since(facts.last, now) : firstSeen(facts, now);

function objectText({ object }: EventFacts): string {
  const kind = (object.kind ?? '').toLowerCase();
  return object.name ? `${kind}/${object.name}` : kind;
}

function columnsOf<T extends Event | EventsEvent>(facts: (event: T) => EventFacts): readonly Column<T>[] {
  return [
    shown('Last Seen', 'How long ago it happened last.', (event, now) => lastSeen(facts(event), now)),
    shown('Type', 'Normal, or Warning.', (event) => event.type ?? ''),
    shown('Reason', 'Why it happened, in a word.', (event) => event.reason ?? ''),
    shown('Object', 'What it happened to.', (event) => objectText(facts(event))),
    wide('Subobject', 'The part of the object that it happened to.', (event) => facts(event).object.fieldPath ?? ''),
    wide('Source', 'Who noticed, and where.', (event) => {
      const { component, instance } = facts(event);
      return instance === '' ? component : `${component}, ${instance}`;
    }),
    shown('Message', 'What happened.', (event) => facts(event).message.trim()),
    wide('First Seen', 'How long ago it happened first.', (event, now) => firstSeen(facts(event), now)),
    wide('Count', 'How often it happened.', (event) => facts(event).count),
    { ...nameColumn, priority: 1 },
  ];
}

export const eventColumns: readonly Column<Event>[] = columnsOf(coreFacts);
export const eventsEventColumns: readonly Column<EventsEvent>[] = columnsOf(eventsFacts);
