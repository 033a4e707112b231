import { isKind } from '../../../api/definition/kind.ts';
import type { Event } from '../../../api/kinds/core/event.ts';
import { events } from '../../../api/kinds/core/event.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import { createBoundedMap } from '../../../base/bounded-map.ts';
import type { Clock } from '../../../base/clock.ts';
import type { TokenBucket } from '../../../base/token-bucket.ts';
import { fullBucket, takeToken } from '../../../base/token-bucket.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import { joined } from '../admitted.ts';
import type { EventLimit, EventLimitType } from './event-rate-limit-configuration.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

/** Returns the key that an event is counted under; upstream joins the parts without a separator, and so shows them. */
const KEYS: Readonly<Record<EventLimitType, (attributes: AdmissionAttributes) => string>> = {
  Server: () => '',
  Namespace: ({ key }) => key.namespace,
  User: ({ user }) => user.name,
  SourceAndObject({ object }) {
    const { source = {}, involvedObject: about = {} } = (object ?? {}) as Partial<Event>;
    return [source.component, source.host, about.kind, about.namespace, about.name, about.uid, about.apiVersion].join('');
  },
};

/** Returns a function that counts an event and tells why it is refused; undefined if it is not. */
function enforcer({ type, qps, burst, cacheSize }: EventLimit, clock: Clock): (attributes: AdmissionAttributes) => string | undefined {
  const rate = { burst, refillMs: 1_000 / qps };
  const buckets = createBoundedMap<TokenBucket>(type === 'Server' ? 1 : cacheSize);
  return (attributes) => {
    const key = KEYS[type](attributes);
    const now = clock.monotonic();
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = fullBucket(burst, now);
      buckets.set(key, bucket);
    }
    return takeToken(bucket, now, rate) ? undefined : `limit reached on type ${type} for key ${key}`;
  };
}

/**
 * Refuses events over the limits with 429, but for dry runs. Every limit counts every event. As upstream, it looks at Events of the core group
 * alone: those of events.k8s.io pass (plugin/pkg/admission/eventratelimit).
 */
export const eventRateLimit =
  (limits: readonly EventLimit[]): OptionalPlugin =>
  ({ clock }) => {
    const enforcers = limits.map((limit) => enforcer(limit, clock));
    return {
      name: 'EventRateLimit',
      handles: (kind, subresource, verb) => isKind(kind, events) && subresource === '' && (verb === 'create' || verb === 'update'),
      validate(attributes) {
        if (attributes.dryRun) return;
        const reasons = enforcers.flatMap((accept) => accept(attributes) ?? []);
        if (reasons.length > 0) throw new StatusError('TooManyRequests', `Too many requests: ${joined(reasons)}`);
      },
    };
  };
