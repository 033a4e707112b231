import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import { chargesUpdates, constraintFault, deltaOf, excessText, isCharged, mayExceed, rises } from '../../../api/quota/charge.ts';
import { matchesScopes } from '../../../api/quota/usage.ts';
import type { Clock } from '../../../base/clock.ts';
import { isLong } from '../../../base/json/long-values.ts';
import { nextTurn } from '../../../base/next-turn.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';
import type { Reservation } from './quota-book.ts';
import { countOf, devicesFor } from './quota-count.ts';
import { quotaLedger } from './quota-ledger.ts';

/**
 * Charges new objects to the namespace's quotas and refuses those that do not fit, before they are stored. Runs last, so that nothing is
 * charged for objects that others refuse. Updates are charged for the difference (services that take node ports, pods that are resized), or for
 * the whole object if it was not in the scopes of the quota before.
 */
export function resourceQuotaAdmission(objects: StorageAccess, clock: Clock): AdmissionPlugin {
  const ledger = quotaLedger(objects);
  return {
    name: 'ResourceQuota',
    place: 'quota',
    validatesStored: true,
    handles: (kind, subresource, verb) => {
      if (!kind.namespaced || kind.quota?.charged === false) return false;
      if (verb === 'create') return subresource === '' && kind.verbs.includes('get');
      return verb === 'update' && chargesUpdates(kind, subresource);
    },
    async validate(attributes) {
      const { kind, subresource, key, dryRun } = attributes;
      const stored = attributes.stored();
      const { object, old } = stored instanceof Promise ? await stored : stored;
      if (!object || !isCharged(kind, object, old, subresource)) return;
      const quotas = objects.list(resourceQuotas, key.namespace);
      if (quotas.length === 0) return;
      const now = clock.now();
      const covering = quotas.filter((quota) => matchesScopes(quota.spec ?? {}, kind, object));
      const devicesOf = (quota: Live<ResourceQuota>) => (kind.quota?.seesDevices ? devicesFor(objects, quota) : undefined);
      const isPaced = isLong(object);
      for (const quota of covering) {
        if (isPaced) await nextTurn();
        const fault = constraintFault(kind, object, quota, devicesOf(quota));
        if (fault !== undefined) throw forbidden(attributes, fault);
      }
      const reservations: Reservation[] = [];
      try {
        for (const quota of covering) {
          if (isPaced) await nextTurn();
          const delta = deltaOf(kind, object, old, quota, now, devicesOf(quota));
          if (!rises(delta)) continue;
          const counted = () => countOf(objects, kind, quota, now);
          const charge = { quota: { namespace: key.namespace, name: quota.metadata.name }, delta, counted, mayExceed: mayExceed(subresource) };
          if (dryRun) {
            const excess = ledger.wouldExceed(charge);
            if (excess) throw forbidden(attributes, excessText(excess));
            continue;
          }
          const result = await ledger.charge(charge).catch((error: unknown) => {
            if (isNotFound(error)) return undefined;
            throw error;
          });
          if (!result) continue;
          if ('excess' in result) throw forbidden(attributes, excessText(result.excess));
          reservations.push(result.reservation);
        }
      } catch (error) {
        for (const reservation of reservations) reservation.settle(false);
        throw error;
      }
      attributes.onSettled((committed) => {
        for (const reservation of reservations) reservation.settle(committed);
      });
    },
  };
}
