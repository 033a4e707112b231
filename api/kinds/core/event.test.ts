import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors } from '../../definition/strategy.fixture.ts';
import type { Event } from './event.ts';
import { eventStrategy, events } from './event.ts';

const old: Event = {
  metadata: { name: 'e', namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'p', namespace: 'default', apiVersion: 'v1' },
  reason: 'R',
  message: 'm',
  count: 3,
  firstTimestamp: '2026-01-01T00:00:00Z',
};

describe('an event of v1', () => {
  it('needs little more than an object it is about', () => {
    expect(createErrors(eventStrategy, old)).toEqual([]);
    expect(createErrors(eventStrategy, { metadata: { namespace: 'default' }, involvedObject: {} })).toEqual([]);
  });

  it('stands in the namespace of what it is about', () => {
    expect(createErrors(eventStrategy, { ...old, involvedObject: { namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
  });

  it('may have any name that can stand in a URL', () => {
    expect(eventStrategy.validateName?.('Pod.17a', false)).toEqual([]);
  });
});

it('the table of events shows what happened, and how often', () => {
  const old = {
    metadata: {},
    involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:09:00Z',
    count: 4,
    type: 'Normal',
    reason: 'Pulled',
    message: 'pulled\n',
    source: { component: 'kubelet', host: 'n' },
  };
  const cells = {
    'Last Seen': '60s',
    'First Seen': '10m',
    Count: 4,
    Object: 'pod/p',
    Subobject: 'spec.containers{a}',
    Source: 'kubelet, n',
    Message: 'pulled',
  };
  expect(row(events, old)).toMatchObject(cells);
});
