import type { Event } from '../../api/kinds/core/event.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import { timeText } from '../../base/clock.ts';
import type { TokenBucket } from '../../base/token-bucket.ts';
import { fullBucket, takeToken } from '../../base/token-bucket.ts';

/** The decision about an event: write it, count up one that was written before, or drop it as spam. */
export type Correlated =
  | { readonly action: 'create'; readonly event: Event }
  | {
      readonly action: 'patch';
      readonly event: Event;
      readonly patch: { readonly count: number; readonly lastTimestamp: string; readonly message: string };
    }
  | { readonly action: 'drop' };

/** Protects the server from repeated events, as client-go's EventCorrelator does with its default options. */
export interface EventCorrelator {
  /** `now` in milliseconds since the epoch. */
  correlate(event: Event, now: number): Correlated;
}

/** Similar events (same source, object and reason, other message) beyond this number within the interval become one. */
const MAX_SIMILAR = 10;
const SIMILAR_INTERVAL_MS = 600_000;
const CACHE_SIZE = 4096;
/** Per source and object. */
const SPAM_LIMIT = { burst: 25, refillMs: 300_000 };

interface Similar {
  readonly messages: Set<string>;
  lastSeen: number;
}

interface Written {
  readonly name: string;
  readonly firstTimestamp: string;
  readonly count: number;
}

export function createEventCorrelator(): EventCorrelator {
  const similar = createBoundedMap<Similar>(CACHE_SIZE);
  const written = createBoundedMap<Written>(CACHE_SIZE);
  const buckets = createBoundedMap<TokenBucket>(CACHE_SIZE);

  /** Returns the event, or the combined one that it becomes part of, with the key under which it counts up. */
  const combine = (event: Event, now: number): { readonly event: Event; readonly key: string } => {
    const group = groupKey(event);
    let record = similar.get(group);
    if (!record || now - record.lastSeen > SIMILAR_INTERVAL_MS) record = { messages: new Set(), lastSeen: now };
    record.messages.add(event.message ?? '');
    record.lastSeen = now;
    similar.set(group, record);
    if (record.messages.size < MAX_SIMILAR) return { event, key: `${group}\n${event.involvedObject.fieldPath ?? ''}\n${event.message ?? ''}` };
    const [oldest = ''] = record.messages;
    record.messages.delete(oldest);
    return { event: { ...event, message: `(combined from similar events): ${event.message ?? ''}` }, key: group };
  };

  return {
    correlate(fresh, now) {
      const { event, key } = combine(fresh, now);
      const before = written.get(key);
      const counted: Event = before
        ? { ...event, metadata: { ...event.metadata, name: before.name }, firstTimestamp: before.firstTimestamp, count: before.count + 1 }
        : event;
      const lastTimestamp = timeText(now);
      written.set(key, {
        name: counted.metadata.name ?? '',
        firstTimestamp: counted.firstTimestamp ?? lastTimestamp,
        count: counted.count ?? 1,
      });
      const source = sourceKey(event);
      const bucket = buckets.get(source) ?? fullBucket(SPAM_LIMIT.burst, now);
      buckets.set(source, bucket);
      if (!takeToken(bucket, now, SPAM_LIMIT)) return { action: 'drop' };
      if (!before) return { action: 'create', event: counted };
      return { action: 'patch', event: counted, patch: { count: counted.count ?? 1, lastTimestamp, message: counted.message ?? '' } };
    },
  };
}

function sourceKey({ source, involvedObject: on }: Event): string {
  return [source?.component, source?.host, on.kind, on.namespace, on.name, on.uid, on.apiVersion].join('\n');
}

function groupKey(event: Event): string {
  return [sourceKey(event), event.type, event.reason, event.reportingComponent, event.reportingInstance].join('\n');
}
