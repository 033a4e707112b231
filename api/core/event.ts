import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, microTime, string, struct, time, topLevel } from '../schema/fields.ts';
import { ObjectReference } from './reference.ts';

export const EventSource = struct('EventSource', {
  component: string().optional(),
  host: string().optional(),
});
export type EventSource = Infer<typeof EventSource>;

export const EventSeries = struct('EventSeries', {
  count: int32().optional(),
  lastObservedTime: microTime().optional(),
});
export type EventSeries = Infer<typeof EventSeries>;

export const Event = topLevel('Event', {
  action: string().optional(),
  count: int32().optional(),
  eventTime: microTime().optional(),
  firstTimestamp: time().optional(),
  involvedObject: ObjectReference,
  lastTimestamp: time().optional(),
  message: string().optional(),
  metadata: ObjectMeta,
  reason: string().optional(),
  related: ObjectReference.optional(),
  reportingComponent: string().optional(),
  reportingInstance: string().optional(),
  series: EventSeries.optional(),
  source: EventSource.optional(),
  type: string().optional(),
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
});
