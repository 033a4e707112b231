import type { ConceptQuota, QuotaReservation } from '../../api/concepts/resource-quota.ts';
import type { Kind } from '../../api/definition/kind.ts';
import { isKind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { errors, resourceText } from '../../api/meta/status-error.ts';
import { chargesUpdates, constraintFault, deltaOf, excessText, isCharged, mayExceed, rises } from '../../api/quota/charge.ts';
import type { CountedKind } from '../../api/quota/usage.ts';
import { matchesScopes } from '../../api/quota/usage.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { QuotaCharges } from './quota-charges.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import { ALLOWED } from './review.ts';

export interface QuotaAdmissionOptions {
  readonly counted: readonly (Kind & CountedKind)[];
  /** Returns the quotas of a namespace. */
  quotasIn(namespace: string): readonly Live<ConceptQuota>[];
  readonly charges: QuotaCharges;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Returns the admission of quotas: charges new objects, and changes that ask for more, to the namespace's quotas. */
export function quotaAdmission({ counted, quotasIn, charges, clock, log }: QuotaAdmissionOptions): (request: AdmissionRequest) => Promise<Decision> {
  const onReleaseFailure = (error: unknown) => log.warn({ err: error }, 'a charge could not be given back: it expires');
  return async (request) => {
    const kind = counted.find((each) => isKind(request, each));
    const { object, operation, subresource, namespace, name } = request;
    const old = operation === 'CREATE' ? undefined : request.old;
    if (!kind || !object || kind.quota?.charged === false) return ALLOWED;
    if (operation === 'UPDATE' ? !chargesUpdates(kind, subresource) : subresource !== '') return ALLOWED;
    if (!isCharged(kind, object, old, subresource)) return ALLOWED;
    const refused = (why: string): Decision => ({ allowed: false, error: errors.forbidden(kind, name, why) });
    const now = clock.now();
    const covering = quotasIn(namespace).filter((quota) => matchesScopes(quota.spec ?? {}, kind, object));
    for (const quota of covering) {
      const fault = constraintFault(kind, object, quota);
      if (fault !== undefined) return refused(fault);
    }
    const made: { readonly quota: Live<ConceptQuota>; readonly reservation: QuotaReservation }[] = [];
    for (const quota of covering) {
      const amounts = deltaOf(kind, object, old, quota, now);
      if (!rises(amounts)) continue;
      const reservation = reservationOf(kind, request, object, amounts, now);
      const charge = { reservation, mayExceed: mayExceed(subresource) };
      const excess = await (request.dryRun ? charges.wouldExceed(quota, charge) : charges.charge(quota, charge));
      if (!excess) {
        if (!request.dryRun) made.push({ quota, reservation });
        continue;
      }
      // A charge that cannot be given back now is dropped by the next count past its time.
      for (const earlier of made) await charges.release(earlier.quota, earlier.reservation).catch(onReleaseFailure);
      return refused(excessText(excess));
    }
    return ALLOWED;
  };
}

function reservationOf(
  kind: Kind,
  { uid, operation, name, namespace, old }: AdmissionRequest,
  object: KubeObject,
  amounts: Record<string, string>,
  now: number,
): QuotaReservation {
  const resourceVersion = operation === 'UPDATE' ? old?.metadata?.resourceVersion : undefined;
  return {
    // An API server has named the object by now; one that has not is told by its request.
    uid: object.metadata?.uid ?? `${uid}/${keyText({ namespace, name })}`,
    resource: resourceText(kind),
    name,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    amounts,
    since: timeText(now),
  };
}
