import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { fieldErrorText } from '../../schema/field-error.ts';
import type { Event } from '../core/event.ts';
import type { EventsEvent } from './event.ts';
import { eventsEvents, storedAsCoreEvent, toCoreEvent, validateNewEvent, validateNewEventUpdate } from './event.ts';

const regarding = { kind: 'Pod', name: 'p', namespace: 'default', apiVersion: 'v1' };
const old: Event = {
  metadata: { name: 'e', namespace: 'default' },
  involvedObject: regarding,
  reason: 'R',
  message: 'm',
  count: 3,
  firstTimestamp: '2026-01-01T00:00:00Z',
};
const now: EventsEvent = {
  metadata: { name: 'e', namespace: 'default' },
  regarding,
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  action: 'A',
  reason: 'R',
  note: 'n',
  type: 'Normal',
};

const errors = (event: EventsEvent) => validateNewEvent(toCoreEvent(event)).map(fieldErrorText);

describe('an event of events.k8s.io/v1', () => {
  it('is valid with all that is asked for', () => {
    expect(errors(now)).toEqual([]);
  });

  it.each<[string, Partial<EventsEvent>, string]>([
    ['says when', { eventTime: '' }, 'eventTime: Required value'],
    ['says who reports', { reportingController: 'no name' }, 'reportingController: Invalid value: "no name"'],
    ['says which of them', { reportingInstance: '' }, 'reportingInstance: Required value'],
    ['says what was done', { action: '' }, 'action: Required value'],
    ['says why', { reason: '' }, 'reason: Required value'],
    ['says so in 128 characters', { reason: 'x'.repeat(129) }, 'reason: Invalid value: "": can have at most 128 characters'],
    ['notes no more than 1024 characters', { note: 'x'.repeat(1025) }, 'message: Invalid value: "": can have at most 1024 characters'],
    ['is Normal or a Warning', { type: 'Odd' }, 'type: Invalid value: "": has invalid value: Odd'],
    ['leaves the old counter alone', { deprecatedCount: 1 }, 'count: Invalid value: "": needs to be unset'],
    ['leaves the old source alone', { deprecatedSource: { host: 'h' } }, 'source: Invalid value: "": needs to be unset'],
    [
      'is part of a series from the second time on',
      { series: { count: 1, lastObservedTime: 'x' } },
      'series.count: Invalid value: "": should be at least 2',
    ],
  ])('%s', (_sentence, changes, expected) => {
    expect(errors({ ...now, ...changes })).toEqual([expect.stringContaining(expected)]);
  });

  it('goes on as a series, and changes in nothing else', () => {
    const metadata = { name: 'e', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const change = (changes: Partial<EventsEvent>) =>
      validateNewEventUpdate(toCoreEvent({ ...now, ...changes }), { ...toCoreEvent(now), metadata }).map(fieldErrorText);
    expect(change({ series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } })).toEqual([]);
    expect(change({ note: 'other' })).toEqual(['message: Invalid value: "other": field is immutable']);
  });

  it('is checked by these rules whichever form is stored', () => {
    expect(storedAsCoreEvent.rules?.validate?.(toCoreEvent({ ...now, action: '' })).map(fieldErrorText)).toEqual(['action: Required value']);
    expect(storedAsCoreEvent.rules?.validateName?.('A', false)).toHaveLength(1);
  });
});

describe('the two forms of an event', () => {
  it('hold the same', () => {
    const core = toCoreEvent(now);
    expect(core).toMatchObject({ apiVersion: 'v1', involvedObject: regarding, message: 'n', reportingComponent: 'a.b/c', action: 'A' });
    expect(storedAsCoreEvent.fromStored(core)).toMatchObject({ ...now, apiVersion: 'events.k8s.io/v1', kind: 'Event' });
  });

  it('keep the counters of an old event under their new names', () => {
    expect(storedAsCoreEvent.fromStored({ apiVersion: 'v1', kind: 'Event', ...old })).toMatchObject({
      note: 'm',
      deprecatedCount: 3,
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      deprecatedLastTimestamp: null,
    });
  });
});

it('the table of events shows those of the new form', () => {
  const fresh = {
    metadata: {},
    eventTime: '2026-01-01T00:09:30.000000Z',
    regarding: { kind: 'Node', name: 'n' },
    note: 'hello',
    reportingController: 'c',
    reason: 'R',
  };
  expect(row(eventsEvents, fresh)).toMatchObject({ 'Last Seen': '30s', Object: 'node/n', Message: 'hello', Count: 1, Source: 'c' });
});
