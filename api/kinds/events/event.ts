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
    count: int32('How often, so far.'),
    lastObservedTime: microTime('When it last came.'),
  },
  { goType: 'EventSeries' },
);
export type EventsEventSeries = Infer<typeof EventsEventSeries>;

export const EventsEvent = topLevel(
  'EventsEvent',
  'A report of something that happened, shown for a limited time.',
  {
    action: string('What was done, or failed.').optional(),
    deprecatedCount: int32('As count of a core Event.').optional(),
    deprecatedFirstTimestamp: time('As firstTimestamp of a core Event.', { presence: 'null' }).optional(),
    deprecatedLastTimestamp: time('As lastTimestamp of a core Event.', { presence: 'null' }).optional(),
    deprecatedSource: ref(EventSource, 'As source of a core Event.', { presence: 'filled' }).optional(),
    eventTime: microTime('When it was first observed.', { presence: 'null' }),
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    }).optional(),
    note: string('Explanation for people.').optional(),
    reason: string('CamelCase word for why it was done.').optional(),
    regarding: ref(ObjectReference, 'Object that it is about.', { presence: 'filled' }).optional(),
    related: ref(ObjectReference, 'Second object that it concerns.').optional(),
    reportingController: string('Who reports it, such as kubernetes.io/kubelet.').optional(),
    reportingInstance: string('Which instance of the reporter.').optional(),
    series: ref(EventsEventSeries, 'Set where the event came more than once.').optional(),
    type: string('Normal or Warning.').optional(),
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
