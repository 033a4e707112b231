import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { eventColumns } from './event-columns.ts';
import { eventStrategy } from './event-strategy.ts';

export const EventSource = struct('EventSource', 'Who reports an event.', {
  component: string('Component, such as kubelet.').tag(1).optional(),
  host: string('Node it runs on.').tag(2).optional(),
});
export type EventSource = Infer<typeof EventSource>;

export const EventSeries = struct('EventSeries', 'How often an event came again.', {
  count: int32('How often, so far.').tag(1).optional(),
  lastObservedTime: microTime('When it last came.').tag(2).optional(),
});
export type EventSeries = Infer<typeof EventSeries>;

export const Event = topLevel('Event', 'A report of something that happened, shown for a limited time.', {
  action: string('What was done, or failed.').tag(12).optional(),
  count: int32('How often it happened.').tag(8).optional(),
  eventTime: microTime('When it was first observed.', { presence: 'null' }).tag(10).optional(),
  firstTimestamp: time('When it was first recorded.', { presence: 'null' }).tag(6).optional(),
  involvedObject: ref(ObjectReference, 'Object that it is about.').tag(2),
  lastTimestamp: time('When it was last recorded.', { presence: 'null' }).tag(7).optional(),
  message: string('Explanation for people.').tag(4).optional(),
  metadata: ref(ObjectMeta, 'Identity of the event.').tag(1),
  reason: string('CamelCase word for what happened.').tag(3).optional(),
  related: ref(ObjectReference, 'Second object that it concerns.').tag(13).optional(),
  reportingComponent: string('Who reports it, such as kubernetes.io/kubelet.', { presence: 'filled' }).tag(14).optional(),
  reportingInstance: string('Which instance of the reporter.', { presence: 'filled' }).tag(15).optional(),
  series: ref(EventSeries, 'Set where the event came more than once.').tag(11).optional(),
  source: ref(EventSource, 'Who reports it.', { presence: 'filled' }).tag(5).optional(),
  type: string('Normal or Warning.').tag(9).optional(),
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
