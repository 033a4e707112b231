import type { ConceptQuotaStatus, QuotaReservation } from '../../../api/concepts/resource-quota.ts';
import type { Kind } from '../../../api/definition/kind.ts';
import type { QuotaDevices } from '../../../api/definition/quota-rule.ts';
import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { limitsDeviceResources } from '../../../api/kinds/resource/quota-devices.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { resourceText } from '../../../api/meta/status-error.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { enforcedStatus, newFaults } from './enforcement.ts';
import type { QuotaDeviceKinds } from './followed-devices.ts';
import { followedDevices } from './followed-devices.ts';
import { followedKinds } from './followed-kinds.ts';
import type { Counted } from './plan.ts';
import { countedKinds, countStatus, planStatus } from './plan.ts';

export interface ResourceQuotaKinds {
  readonly resourceQuotas: Kind<ResourceQuota>;
  /** Returns every namespaced kind that a quota may count. Called for each quota, so that kinds may come and go. */
  readonly counted: () => readonly Kind[];
  /** Set if claims are charged for the devices that stand for extended resources. */
  readonly devices?: QuotaDeviceKinds;
  /**
   * Set for quotas of another group, which the API server's admission does not know: whether a webhook charges them. Then creations wake the
   * quota too, and its status keeps what the webhook let through.
   */
  readonly enforcement?: { readonly on: boolean };
}

/** The period after which a quota is counted again even if nothing seems to have changed. */
const RESYNC_MS = 5 * 60_000;
/** Charges of objects that admission had passed but the store did not hold yet are missing from a count: a second count finds them. */
const RECHECK_MS = 1000;
/** A quota whose kinds have not delivered their first list is woken by the last of them; this is for one whose wake-up was lost. */
const NOT_SYNCED_MS = 1000;
/** A kind that could not be listed for this long is left out of the count, and the status says so. */
const UNLISTABLE_MS = 10_000;
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
      const { enforcement } = kinds;
      const quotas = env.informers.of(kinds.resourceQuotas);
      const lists = followedKinds(env, enforcement !== undefined, quotas.list, (namespace = '') => {
        for (const quota of quotas.list(namespace)) env.enqueue(keyOf(quota), { afterMs: GATHER_MS });
      });
      const limitsDevices = (quota: Live<ResourceQuota>) => limitsDeviceResources(quota.spec?.hard);
      const seen =
        kinds.devices &&
        followedDevices(env, kinds.devices, () => {
          for (const quota of quotas.list()) if (limitsDevices(quota)) env.enqueue(keyOf(quota), { afterMs: GATHER_MS });
        });
      const status = (quota: Live<ResourceQuota>, counted: readonly Counted[], uncounted: readonly string[], devices?: QuotaDevices) => {
        const now = env.clock.now();
        if (!enforcement) return planStatus(quota, counted, now, devices);
        const isSettled = (reservation: QuotaReservation) => lists.isSettled(quota.metadata.namespace ?? '', reservation);
        const next = enforcedStatus(countStatus(quota, counted, now), quota.status, { ...enforcement, isSettled, uncounted }, now);
        return semanticallyEqual(quota.status, next) ? undefined : next;
      };
      return {
        for: primary(kinds.resourceQuotas, { when: { create: true, update: asksOtherwise } }),
        watches: [
          // Counted by us (the answer may have been lost) or by another: charges that admission made meanwhile may be missing.
          watched(kinds.resourceQuotas, {
            when: { update: (quota, old) => !asksOtherwise(quota, old) && (usesLess(quota, old) || reservationsOf(quota).length > 0) },
            map: keyOf,
            afterMs: RECHECK_MS,
          }),
        ],
        async reconcile(key) {
          const quota = quotas.get(key);
          if (quota === undefined) return DONE;
          const wantsDevices = seen !== undefined && limitsDevices(quota);
          const devices = wantsDevices ? seen.in(key.namespace) : undefined;
          if (wantsDevices && !devices) return { requeueAfterMs: NOT_SYNCED_MS };
          const wanted = countedKinds(quota, kinds.counted(), devices);
          const followed = wanted.map((kind) => ({ kind, informer: lists.of(kind) }));
          const missing = followed.filter(({ kind }) => !lists.isSynced(kind));
          if (missing.some(({ kind }) => enforcement === undefined || lists.ageMs(kind) < UNLISTABLE_MS)) return { requeueAfterMs: NOT_SYNCED_MS };
          const uncounted = missing.map(({ kind }) => resourceText(kind));
          const counted = followed
            .filter(({ kind }) => lists.isSynced(kind))
            .map(({ kind, informer }) => ({ kind, objects: informer.list(key.namespace) }));
          const next = status(quota, counted, uncounted, devices);
          if (next === undefined) return { requeueAfterMs: uncounted.length > 0 || reservationsOf(quota).length > 0 ? RECHECK_MS : RESYNC_MS };
          await unlessGone(env.client.update(kinds.resourceQuotas, { ...quota, status: next }, { subresource: 'status' }));
          for (const { reason, message } of newFaults(quota, next)) env.recorder.event(quota, 'Warning', reason, message);
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

/** The reservations of a quota of another group; quotas of the home have none. */
const reservationsOf = ({ status }: Live<ResourceQuota>): readonly QuotaReservation[] =>
  (status as ConceptQuotaStatus | undefined)?.reservations ?? [];
