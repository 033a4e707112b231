import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { EventSource } from '../core/event.ts';
import { eventsEventColumns } from '../core/event-columns.ts';
import { storedAsCoreEvent } from './event-conversion.ts';
import { eventsEventStrategy } from './event-strategy.ts';

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
  storedAs: storedAsCoreEvent,
});
