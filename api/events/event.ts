import { EventSource } from '../core/event.ts';
import { ObjectReference } from '../core/reference.ts';
import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, microTime, string, struct, time, topLevel } from '../schema/fields.ts';

export const EventsEventSeries = struct('EventsEventSeries', {
  count: int32(),
  lastObservedTime: microTime(),
});
export type EventsEventSeries = Infer<typeof EventsEventSeries>;

export const EventsEvent = topLevel('EventsEvent', {
  action: string().optional(),
  deprecatedCount: int32().optional(),
  deprecatedFirstTimestamp: time().optional(),
  deprecatedLastTimestamp: time().optional(),
  deprecatedSource: EventSource.optional(),
  eventTime: microTime(),
  metadata: ObjectMeta.optional(),
  note: string().optional(),
  reason: string().optional(),
  regarding: ObjectReference.optional(),
  related: ObjectReference.optional(),
  reportingController: string().optional(),
  reportingInstance: string().optional(),
  series: EventsEventSeries.optional(),
  type: string().optional(),
});
export type EventsEvent = Infer<typeof EventsEvent>;

export const eventsEvents = defineKind<EventsEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  shortNames: ['ev'],
  schema: EventsEvent,
  storagePrefix: 'events',
});
