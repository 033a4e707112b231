import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { eventColumns } from './event-columns.ts';
import { eventStrategy } from './event-strategy.ts';

export const EventSource = struct('EventSource', 'Who reports an event.', {
  component: string('Component, such as kubelet.').optional(),
  host: string('Node it runs on.').optional(),
});
export type EventSource = Infer<typeof EventSource>;

export const EventSeries = struct('EventSeries', 'How often an event came again.', {
  count: int32('How often, so far.').optional(),
  lastObservedTime: microTime('When it last came.').optional(),
});
export type EventSeries = Infer<typeof EventSeries>;

export const Event = topLevel('Event', 'A report of something that happened, shown for a limited time.', {
  action: string('What was done, or failed.').optional(),
  count: int32('How often it happened.').optional(),
  eventTime: microTime('When it was first observed.', { presence: 'null' }).optional(),
  firstTimestamp: time('When it was first recorded.', { presence: 'null' }).optional(),
  involvedObject: ref(ObjectReference, 'Object that it is about.'),
  lastTimestamp: time('When it was last recorded.', { presence: 'null' }).optional(),
  message: string('Explanation for people.').optional(),
  metadata: ref(ObjectMeta, 'Identity of the event.'),
  reason: string('CamelCase word for what happened.').optional(),
  related: ref(ObjectReference, 'Second object that it concerns.').optional(),
  reportingComponent: string('Who reports it, such as kubernetes.io/kubelet.', { presence: 'filled' }).optional(),
  reportingInstance: string('Which instance of the reporter.', { presence: 'filled' }).optional(),
  series: ref(EventSeries, 'Set where the event came more than once.').optional(),
  source: ref(EventSource, 'Who reports it.', { presence: 'filled' }).optional(),
  type: string('Normal or Warning.').optional(),
});
export type Event = Infer<typeof Event>;

export const events = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  shortNames: ['ev'],
  schema: Event,
  columns: eventColumns,
  strategy: eventStrategy,
});
