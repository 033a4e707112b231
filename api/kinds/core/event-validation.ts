import { semanticEqual } from '../../../base/equality.ts';
import type { Live } from '../../meta/object.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { checkImmutable } from '../../validation/field-rules.ts';
import { byteLength, dns1123SubdomainFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { Event } from './event.ts';

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

function checkSeries(errors: FieldError[], event: Event): void {
  if (!event.series) return;
  if ((event.series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!event.series.lastObservedTime) errors.push(required('series.lastObservedTime'));
}

/** The rules of events.k8s.io/v1, on the stored form: upstream's errors name the fields of v1 too. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors = validateEvent(event);
  checkSeries(errors, event);
  if (!event.eventTime) errors.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  const unset = { firstTimestamp: event.firstTimestamp, lastTimestamp: event.lastTimestamp, count: event.count };
  for (const [field, value] of Object.entries(unset)) if (value) errors.push(invalid(field, '', 'needs to be unset'));
  if (event.source?.component || event.source?.host) errors.push(invalid('source', '', 'needs to be unset'));
  return errors;
}

/** In the new API an event is a record of what was: only its series goes on. */
export function validateNewEventUpdate(event: Event, old: Live<Event>): FieldError[] {
  const errors = validateEvent(event);
  if (!semanticEqual(event.series, old.series)) checkSeries(errors, event);
  for (const field of [
    'involvedObject',
    'reason',
    'message',
    'source',
    'firstTimestamp',
    'lastTimestamp',
    'count',
    'reason',
    'type',
    'eventTime',
    'action',
    'related',
  ] as const) {
    checkImmutable(errors, event[field] ?? null, old[field] ?? null, field);
  }
  checkImmutable(errors, event.reportingComponent ?? '', old.reportingComponent ?? '', 'reportingController');
  checkImmutable(errors, event.reportingInstance ?? '', old.reportingInstance ?? '', 'reportingInstance');
  return errors;
}
