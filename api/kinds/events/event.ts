import { semanticEqual } from '../../../base/equality.ts';
import type { Column } from '../../columns/column.ts';
import type { StoredAs } from '../../definition/kind.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { KubeObject, Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { checkImmutable } from '../../validation/field-rules.ts';
import { subdomainName } from '../../validation/name-rules.ts';
import type { Event, EventFacts } from '../core/event.ts';
import { EventSource, eventColumnsOf, validateEvent } from '../core/event.ts';

export const EventsEventSeries = struct(
  'EventsEventSeries',
  'How often an event came again.',
  {
    count: int32('How often, so far.').tag(1),
    lastObservedTime: microTime('When it last came.').tag(2),
  },
  { goType: 'EventSeries' },
);
export type EventsEventSeries = Infer<typeof EventsEventSeries>;

export const EventsEvent = topLevel(
  'EventsEvent',
  'A report of something that happened, shown for a limited time.',
  {
    action: string('What was done, or failed.').tag(6).optional(),
    deprecatedCount: int32('As count of a core Event.').tag(15).optional(),
    deprecatedFirstTimestamp: time('As firstTimestamp of a core Event.', { presence: 'null' }).tag(13).optional(),
    deprecatedLastTimestamp: time('As lastTimestamp of a core Event.', { presence: 'null' }).tag(14).optional(),
    deprecatedSource: ref(EventSource, 'As source of a core Event.', { presence: 'filled' }).tag(12).optional(),
    eventTime: microTime('When it was first observed.', { presence: 'null' }).tag(2),
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    note: string('Explanation for people.').tag(10).optional(),
    reason: string('CamelCase word for why it was done.').tag(7).optional(),
    regarding: ref(ObjectReference, 'Object that it is about.', { presence: 'filled' }).tag(8).optional(),
    related: ref(ObjectReference, 'Second object that it concerns.').tag(9).optional(),
    reportingController: string('Who reports it, such as kubernetes.io/kubelet.').tag(4).optional(),
    reportingInstance: string('Which instance of the reporter.').tag(5).optional(),
    series: ref(EventsEventSeries, 'Set where the event came more than once.').tag(3).optional(),
    type: string('Normal or Warning.').tag(11).optional(),
  },
  { goType: 'Event' },
);
export type EventsEvent = Infer<typeof EventsEvent>;

function checkSeries(errors: FieldError[], event: Event): void {
  if (!event.series) return;
  if ((event.series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!event.series.lastObservedTime) errors.push(required('series.lastObservedTime'));
}

/** The rules of events.k8s.io/v1, on the stored form: upstream's errors name the fields of v1 too. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors = validateEvent(event);
  checkSeries(errors, event);
  if (!event.eventTime) errors.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  const unset = { firstTimestamp: event.firstTimestamp, lastTimestamp: event.lastTimestamp, count: event.count };
  for (const [field, value] of Object.entries(unset)) if (value) errors.push(invalid(field, '', 'needs to be unset'));
  if (event.source?.component || event.source?.host) errors.push(invalid('source', '', 'needs to be unset'));
  return errors;
}

/** In the new API an event is a record of the past: only its series may change. */
export function validateNewEventUpdate(event: Event, old: Live<Event>): FieldError[] {
  const errors = validateEvent(event);
  if (!semanticEqual(event.series, old.series)) checkSeries(errors, event);
  for (const field of [
    'involvedObject',
    'reason',
    'message',
    'source',
    'firstTimestamp',
    'lastTimestamp',
    'count',
    'reason',
    'type',
    'eventTime',
    'action',
    'related',
  ] as const) {
    checkImmutable(errors, event[field] ?? null, old[field] ?? null, field);
  }
  checkImmutable(errors, event.reportingComponent ?? '', old.reportingComponent ?? '', 'reportingController');
  checkImmutable(errors, event.reportingInstance ?? '', old.reportingInstance ?? '', 'reportingInstance');
  return errors;
}

/** Returns the v1 form of an events.k8s.io/v1 event: the same fields, some of them under other names. */
export function toCoreEvent(event: EventsEvent): Event {
  const { regarding, note, reportingController, reportingInstance, deprecatedSource, ...rest } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, metadata, ...same } = rest;
  return {
    ...same,
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata ?? {},
    involvedObject: regarding ?? {},
    ...(note === undefined ? {} : { message: note }),
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    source: deprecatedSource ?? {},
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    reportingComponent: reportingController ?? '',
    reportingInstance: reportingInstance ?? '',
  };
}

type Times = 'eventTime' | 'deprecatedFirstTimestamp' | 'deprecatedLastTimestamp';
/** An event as it is served: an absent time is written as null, which the types of schemas do not have. */
interface ServedEvent extends Omit<EventsEvent, Times | 'series'>, Record<Times, string | null> {
  series?: { count: number; lastObservedTime: string | null };
}

function toEventsEvent(event: Event): ServedEvent {
  const { involvedObject, message, reportingComponent, reportingInstance, source, eventTime, series, ...rest } = event;
  const { firstTimestamp, lastTimestamp, count, ...same } = rest;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: eventTime ?? null,
    regarding: involvedObject,
    ...(message ? { note: message } : {}),
    ...(reportingComponent ? { reportingController: reportingComponent } : {}),
    ...(reportingInstance ? { reportingInstance } : {}),
    ...(count ? { deprecatedCount: count } : {}),
    ...(series ? { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime ?? null } } : {}),
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
  };
}

/** Both forms of events share one storage, in the v1 form. */
export const storedAsCoreEvent: StoredAs<EventsEvent> = {
  group: '',
  version: 'v1',
  toStored: toCoreEvent,
  // Objects stored under the prefix of events are v1 Events.
  fromStored: (object: KubeObject) => toEventsEvent(object as Event),
  rules: { validate: validateNewEvent, validateUpdate: validateNewEventUpdate, validateName: subdomainName, metadataChecks: {} },
};

/** The rules of validation belong to the conversion, since they take the stored form. */
const eventsEventStrategy: Strategy<EventsEvent> = {
  selectableFields: {
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
};

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

const eventsEventColumns: readonly Column<EventsEvent>[] = eventColumnsOf(eventsFacts);

export const eventsEvents = defineKind<EventsEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  shortNames: ['ev'],
  schema: EventsEvent,
  columns: eventsEventColumns,
  storagePrefix: 'events',
  strategy: eventsEventStrategy,
  createdByUpdate: true,
  storedAs: storedAsCoreEvent,
});
