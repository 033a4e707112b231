import type { Kind } from '../../../api/definition/kind.ts';
import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { CountedKind } from '../../../api/quota/usage.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer, InformerHandler } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { countedKinds, planStatus, usageAt } from './plan.ts';

/** A kind that a quota may count. Kinds without a definition of ours are counted by number. */
type CountedResource = Kind & CountedKind;

export interface ResourceQuotaKinds {
  readonly resourceQuotas: Kind<ResourceQuota>;
  /** Returns every namespaced kind that a quota may count. Called for each quota, so that kinds may come and go. */
  readonly counted: () => readonly Kind[];
  /** Whether admission charges these quotas for creations, so that only freed usage has to be noticed. Default true. */
  readonly charged?: boolean;
}

/** The period after which a quota is counted again even if nothing seems to have changed. */
const RESYNC_MS = 5 * 60_000;
/** Charges of objects that admission had passed but the store did not hold yet are missing from a count: a second count finds them. */
const RECHECK_MS = 1000;
/** A quota whose kinds have not delivered their first list is woken by the last of them; this is for one whose wake-up was lost. */
const NOT_SYNCED_MS = 1000;
/** Gathers changes for this long: a deleted Deployment frees its pods one by one. */
const GATHER_MS = 50;

/**
 * Keeps `status.used` of quotas. At home, admission charges objects that are created; this controller notices what is freed, and corrects errors.
 */
export function resourceQuotaController(kinds: ResourceQuotaKinds): ControllerDefinition {
  return {
    name: 'resourcequota-controller',
    component: 'resourcequota-controller',
    concurrency: 5,
    setup(env) {
      const quotas = env.informers.of(kinds.resourceQuotas);
      const followed = new WeakSet<Informer>();
      const synced = new WeakSet<Informer>();
      const wakeAll = (namespace = '') => {
        for (const quota of quotas.list(namespace)) env.enqueue(keyOf(quota), { afterMs: GATHER_MS });
      };
      /** Follows a kind from its first use on, so that a kind that no quota counts costs nothing. */
      const follow = (kind: CountedResource): Informer => {
        // Objects that are counted by number alone need not be seen whole.
        const informer = kind.quota ? env.informers.of(kind) : env.informers.metadataOf(kind);
        if (!followed.has(informer)) {
          followed.add(informer);
          informer.on(changes(kind, env, kinds.charged ?? true, wakeAll));
          void informer.ready.then(() => {
            synced.add(informer);
            for (const quota of quotas.list()) env.enqueue(keyOf(quota));
          });
        }
        return informer;
      };
      return {
        for: primary(kinds.resourceQuotas, { when: { create: true, update: asksOtherwise } }),
        watches: [
          // Counted by us (the answer may have been lost) or by another: charges that admission made meanwhile may be missing.
          watched(kinds.resourceQuotas, {
            when: { update: (quota, old) => !asksOtherwise(quota, old) && usesLess(quota, old) },
            map: keyOf,
            afterMs: RECHECK_MS,
          }),
        ],
        async reconcile(key) {
          const quota = quotas.get(key);
          if (quota === undefined) return DONE;
          const informers = countedKinds(quota, kinds.counted()).map((kind) => ({ kind, informer: follow(kind) }));
          if (informers.some(({ informer }) => !synced.has(informer))) return { requeueAfterMs: NOT_SYNCED_MS };
          const counted = informers.map(({ kind, informer }) => ({ kind, objects: informer.list(key.namespace) }));
          const status = planStatus(quota, counted, env.clock.now());
          if (status === undefined) return { requeueAfterMs: RESYNC_MS };
          await unlessGone(env.client.update(kinds.resourceQuotas, { ...quota, status }, { subresource: 'status' }));
          return { requeueAfterMs: RECHECK_MS };
        },
      };
    },
  };
}

const asksOtherwise = (quota: ResourceQuota, old: ResourceQuota): boolean =>
  !semanticallyEqual(quota.spec, old.spec) || !semanticallyEqual(quota.status?.hard, old.status?.hard);

/** Whether the quota was counted: admission only adds to the usage. */
const usesLess = (quota: ResourceQuota, old: ResourceQuota): boolean =>
  Object.entries(old.status?.used ?? {}).some(([name, before]) => compareQuantities(quota.status?.used?.[name] ?? '0', before) < 0);

/** Wakes on changes that free quota: an object is deleted, a pod ends, a service gives up its ports; and on creations, if no admission charges them. */
function changes(kind: CountedResource, env: ControllerEnv, charged: boolean, wake: (namespace: string | undefined) => void): InformerHandler<Live> {
  const now = () => env.clock.now();
  return {
    ...(charged ? {} : { add: (object: Live, initial: boolean) => initial || wake(object.metadata.namespace) }),
    delete: (object) => wake(object.metadata.namespace),
    ...(kind.quota?.changesOnUpdate
      ? {
          update: (object: Live, old: Live) => {
            if (!semanticallyEqual(usageAt(kind, object, now()), usageAt(kind, old, now()))) wake(object.metadata.namespace);
          },
        }
      : {}),
  };
}
