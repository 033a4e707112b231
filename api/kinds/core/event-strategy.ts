import type { Strategy } from '../../definition/strategy.ts';
import { pathSegmentName } from '../../validation/name-rules.ts';
import type { Event } from './event.ts';
import { validateEvent } from './event-validation.ts';

export const eventStrategy: Strategy<Event> = {
  // v1 leaves names to the generic rule of what can stand in a URL.
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
