import type { QuotaReservation } from '../../../api/concepts/resource-quota.ts';
import type { Kind } from '../../../api/definition/kind.ts';
import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import type { Live } from '../../../api/meta/object.ts';
import { resourceText } from '../../../api/meta/status-error.ts';
import type { CountedKind } from '../../../api/quota/usage.ts';
import { matchesScopes } from '../../../api/quota/usage.ts';
import type { BoundedMap } from '../../../base/bounded-map.ts';
import { createBoundedMap } from '../../../base/bounded-map.ts';
import { isLong } from '../../../base/json/long-values.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer, InformerHandler } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { usageAt } from './plan.ts';

/** A kind that a quota may count. Kinds without a definition of ours are counted by number. */
type CountedResource = Kind & CountedKind;

/** The kinds that quotas count, each followed from its first use on, so that a kind that no quota counts costs nothing. */
export interface FollowedKinds {
  of(kind: CountedResource): Informer;
  isSynced(kind: Kind): boolean;
  /** Returns the milliseconds since the kind was first asked for. */
  ageMs(kind: Kind): number;
  /** Whether the object of a reservation is in the cache as it was written, or was there and is deleted by now. */
  isSettled(namespace: string, reservation: QuotaReservation): boolean;
}

/** The deleted objects that are remembered: more than are created and deleted within the life of a reservation. */
const REMEMBERED = 20_000;

type QuotasIn = (namespace: string | undefined) => readonly Live<ResourceQuota>[];

interface Followed {
  readonly informer: Informer;
  readonly since: number;
  isSynced: boolean;
}

/**
 * Follows kinds for quotas.
 * @param creations whether creations wake quotas, and deletions are remembered: no admission at home does it
 * @param quotasIn returns the quotas of a namespace, whose scopes an update may enter or leave
 * @param wake receives the namespace of a change that concerns quotas
 */
export function followedKinds(
  env: ControllerEnv,
  creations: boolean,
  quotasIn: QuotasIn,
  wake: (namespace: string | undefined) => void,
): FollowedKinds {
  const followed = new Map<string, Followed>();
  const deleted = createBoundedMap<true>(REMEMBERED);
  return {
    of(kind) {
      const id = resourceText(kind);
      // Objects that are counted by number alone need not be seen whole.
      const informer = kind.quota && !kind.quota.byNumber ? env.informers.of(kind) : env.informers.metadataOf(kind);
      // A kind that went and came again has another informer.
      if (followed.get(id)?.informer === informer) return informer;
      const entry: Followed = { informer, since: env.clock.monotonic(), isSynced: false };
      followed.set(id, entry);
      informer.on(changes(kind, env, { creations, deleted, quotasIn, wake }));
      void informer.ready.then(() => {
        entry.isSynced = true;
        wake(undefined);
      });
      return informer;
    },
    isSynced: (kind) => followed.get(resourceText(kind))?.isSynced ?? false,
    ageMs: (kind) => env.clock.monotonic() - (followed.get(resourceText(kind))?.since ?? env.clock.monotonic()),
    isSettled(namespace, { resource, name, uid, resourceVersion }) {
      if (deleted.get(uid)) return true;
      const object = followed.get(resource)?.informer.get({ namespace, name });
      return object?.metadata.uid === uid && object.metadata.resourceVersion !== resourceVersion;
    },
  };
}

interface Following {
  readonly creations: boolean;
  readonly deleted: BoundedMap<true>;
  readonly quotasIn: QuotasIn;
  readonly wake: (namespace: string | undefined) => void;
}

/**
 * Wakes on changes that free quota: an object is deleted, a pod ends, a service gives up its ports, a claim leaves the scope of its class; and on
 * creations, if no admission charges them.
 */
function changes(kind: CountedResource, env: ControllerEnv, { creations, deleted, quotasIn, wake }: Following): InformerHandler<Live> {
  const now = () => env.clock.now();
  return {
    ...(creations ? { add: (object: Live, initial: boolean) => initial || wake(object.metadata.namespace) } : {}),
    delete(object) {
      if (creations) deleted.set(object.metadata.uid, true);
      wake(object.metadata.namespace);
    },
    ...(kind.quota?.updates
      ? {
          update: (object: Live, old: Live) => {
            // To count again is cheaper than to work out all that a long object takes, before and after.
            const isChanged =
              isLong(object) ||
              isLong(old) ||
              !semanticallyEqual(usageAt(kind, object, now()), usageAt(kind, old, now())) ||
              quotasIn(object.metadata.namespace).some(({ spec = {} }) => matchesScopes(spec, kind, object) !== matchesScopes(spec, kind, old));
            if (isChanged) wake(object.metadata.namespace);
          },
        }
      : {}),
  };
}
