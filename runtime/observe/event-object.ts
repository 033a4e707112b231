import { randomUUID } from 'node:crypto';
import type { Event } from '../../api/kinds/core/event.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { ObjectReference } from '../../api/pod/reference.ts';
import { timeText } from '../../base/clock.ts';

/** The facts of an event beside its object. */
export interface EventFacts {
  readonly component: string;
  readonly host: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly fieldPath?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Makes the event's name unique, in hexadecimal digits. */
  readonly id: string;
}

/** Returns a reference to an object, or to a part of it: `spec.containers{web}`. */
export const referenceTo = ({ kind, apiVersion, metadata }: KubeObject, fieldPath?: string): ObjectReference => ({
  ...(kind && { kind }),
  ...(metadata?.namespace && { namespace: metadata.namespace }),
  name: metadata?.name ?? '',
  ...(metadata?.uid && { uid: metadata.uid }),
  ...(apiVersion && { apiVersion }),
  ...(metadata?.resourceVersion && { resourceVersion: metadata.resourceVersion }),
  ...(fieldPath && { fieldPath }),
});

/** Returns a core/v1 Event as client-go's recorder makes it; events on cluster-scoped objects are in namespace `default`. */
export function eventOf(object: KubeObject, facts: EventFacts): Event {
  const { metadata } = object;
  const time = timeText(facts.now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${metadata?.name || randomUUID()}.${facts.id}`, namespace: metadata?.namespace || 'default' },
    involvedObject: referenceTo(object, facts.fieldPath),
    reason: facts.reason,
    message: facts.message,
    source: { component: facts.component, ...(facts.host && { host: facts.host }) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: facts.type,
    reportingComponent: facts.component,
    reportingInstance: facts.host,
  };
}
