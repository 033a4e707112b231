import { validateNewEvent, validateNewEventUpdate } from '../core/event-validation.ts';
import type { Strategy } from '../kind.ts';
import type { Live } from '../object.ts';
import type { EventsEvent } from './event.ts';
import { toCoreEvent } from './event-conversion.ts';

/** The conversion keeps the metadata as it is, and so the old object stays a live one. */
const liveCoreEvent = (event: Live<EventsEvent>) => ({ ...toCoreEvent(event), metadata: event.metadata });

export const eventsEventStrategy: Strategy<EventsEvent> = {
  updateMetadataChecks: 3,
  validate: (event) => validateNewEvent(toCoreEvent(event)),
  validateUpdate: (event, old) => validateNewEventUpdate(toCoreEvent(event), liveCoreEvent(old)),
  selectableFields: {
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
};
