import { nameColumn, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { since } from '../../columns/human-duration.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { KubeObject } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, microTime, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { byteLength, dns1123SubdomainFaults, pathSegmentName, qualifiedNameFaults } from '../../validation/name-rules.ts';

export const EventSource = struct('EventSource', 'Who reports an event.', {
  component: string('Component, such as kubelet.').tag(1).optional(),
  host: string('Node it runs on.').tag(2).optional(),
});
export type EventSource = Infer<typeof EventSource>;

export const EventSeries = struct('EventSeries', 'How often an event came again.', {
  count: int32('How often, so far.').tag(1).optional(),
  lastObservedTime: microTime('When it last came.', { presence: 'null' }).tag(2).optional(),
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

const MAX_WORD = 128;
const MAX_MESSAGE = 1024;
const MISMATCH = 'does not match event.namespace';

/** The rules of v1, which hold for both forms of an event. Only an event with an eventTime is checked closely. */
export function validateEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = event.metadata?.namespace ?? '';
  const involved = event.involvedObject?.namespace ?? '';
  if (!event.eventTime) {
    const fits = involved === '' ? namespace === '' || namespace === 'default' : namespace === involved;
    if (!fits) errors.push(invalid('involvedObject.namespace', involved, MISMATCH));
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') {
      errors.push(invalid('involvedObject.namespace', involved, MISMATCH));
    }
    const controller = event.reportingComponent ?? '';
    if (controller === '') errors.push(required('reportingController'));
    for (const fault of qualifiedNameFaults(controller)) errors.push(invalid('reportingController', controller, fault));
    for (const field of ['reportingInstance', 'action', 'reason'] as const) {
      const value = event[field] ?? '';
      if (value === '') errors.push(required(field));
      if (byteLength(value) > MAX_WORD) errors.push(invalid(field, '', `can have at most ${MAX_WORD} characters`));
    }
    if (byteLength(event.message ?? '') > MAX_MESSAGE) errors.push(invalid('message', '', `can have at most ${MAX_MESSAGE} characters`));
  }
  for (const fault of dns1123SubdomainFaults(namespace)) errors.push(invalid('namespace', namespace, fault));
  return errors;
}

export const eventStrategy: Strategy<Event> = {
  // In v1, names need only be valid in a URL.
  validateName: pathSegmentName,
  metadataChecks: { onUpdate: [], anyFinalizer: true },
  validate: validateEvent,
  validateUpdate: validateEvent,
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
};

/** The facts of an event that its row shows, in whichever of its two forms it is. */
export interface EventFacts {
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

const firstSeen = (facts: EventFacts, now: number): string => since(facts.first ?? facts.eventTime, now);
const lastSeen = (facts: EventFacts, now: number): string =>
  facts.seriesLast ? since(facts.seriesLast, now) : facts.last ? since(facts.last, now) : firstSeen(facts, now);

function objectText({ object }: EventFacts): string {
  const kind = (object.kind ?? '').toLowerCase();
  return object.name ? `${kind}/${object.name}` : kind;
}

/** The fields that both forms of an event have by the same names. */
interface TypedEvent extends KubeObject {
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
}

/** The columns of both forms of an event. */
export function eventColumnsOf<T extends TypedEvent>(facts: (event: T) => EventFacts): readonly Column<T>[] {
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

const eventColumns: readonly Column<Event>[] = eventColumnsOf(coreFacts);

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
  createdByUpdate: true,
  // Upstream's default (kube-apiserver --event-ttl).
  timeToLiveSeconds: 3600,
});
