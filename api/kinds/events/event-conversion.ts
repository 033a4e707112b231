import type { StoredAs } from '../../definition/kind.ts';
import type { KubeObject } from '../../meta/object.ts';
import { subdomainName } from '../../validation/name-rules.ts';
import type { Event } from '../core/event.ts';
import { validateNewEvent, validateNewEventUpdate } from '../core/event-validation.ts';
import type { EventsEvent } from './event.ts';

/** The v1 form of an events.k8s.io/v1 event: the same fields, some of them by other names. */
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

function toEventsEvent(event: Event): EventsEvent {
  const { involvedObject, message, reportingComponent, reportingInstance, source, eventTime, series, ...rest } = event;
  const { firstTimestamp, lastTimestamp, count, ...same } = rest;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    // Null where it is not known, as both forms write it.
    eventTime: eventTime ?? NULL,
    regarding: involvedObject,
    ...(message ? { note: message } : {}),
    ...(reportingComponent ? { reportingController: reportingComponent } : {}),
    ...(reportingInstance ? { reportingInstance } : {}),
    ...(count ? { deprecatedCount: count } : {}),
    ...(series ? { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime ?? NULL } } : {}),
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? NULL,
    deprecatedLastTimestamp: lastTimestamp ?? NULL,
  };
}

/** The schema has no null: it is how an absent time is written where the field may not be left out. */
const NULL = null as unknown as string;

/** Events are one storage, in their v1 form. */
export const storedAsCoreEvent: StoredAs<EventsEvent> = {
  group: '',
  version: 'v1',
  toStored: toCoreEvent,
  // What is stored under the prefix of events is a v1 Event.
  fromStored: (object: KubeObject) => toEventsEvent(object as Event),
  rules: { validate: validateNewEvent, validateUpdate: validateNewEventUpdate, validateName: subdomainName, metadataChecks: {} },
};
