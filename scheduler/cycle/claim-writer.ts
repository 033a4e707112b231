import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { AllocationResult } from '../../api/kinds/resource/allocation.ts';
import { consumerOf, isProtected, protectedClaim, unprotectedClaim } from '../../api/kinds/resource/pod-claims.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { isConflict } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Claim } from '../devices/request-plan.ts';
import type { DeviceView } from '../state/device-view.ts';
import type { SchedulerMetrics } from './metrics.ts';

/** The writes of the scheduler to device claims. They reject with errors as upstream words them. */
export interface ClaimWriter {
  /** Creates the claim for extended resources that a decision has drafted. */
  create(draft: Claim): Promise<Claim>;
  /** Reserves a claim for a pod; writes the finalizer and the allocation first if there is one to write. */
  reserve(claim: Claim, pod: Live<Pod>, allocation: AllocationResult | undefined): Promise<Claim>;
  dropReservation(claim: Claim, podUid: string): Promise<void>;
  deallocate(claim: Claim): Promise<void>;
  /** Deletes a claim and its finalizer. */
  delete(claim: Claim): Promise<void>;
}

/** The number of times that a write is tried which meets another (retry.DefaultRetry). */
const ATTEMPTS = 5;

export function createClaimWriter(
  client: Client,
  { clock }: Pick<DeviceView, 'clock'>,
  metrics: Pick<SchedulerMetrics, 'claimCreated'>,
): ClaimWriter {
  /** Writes a claim, and reads it anew if another write was faster. */
  const onLatest = async <T>(claim: Claim, write: (latest: Claim) => Promise<T>): Promise<T> => {
    let latest = claim;
    for (let attempt = 1; ; attempt++) {
      try {
        return await write(latest);
      } catch (error) {
        if (attempt === ATTEMPTS || !(error instanceof Error && isConflict(error.cause ?? error))) throw error;
      }
      latest = await told(`get updated claim ${keyText(keyOf(claim))} after conflict`, client.get(resourceClaims, keyOf(claim)));
    }
  };
  const withFinalizer = async (claim: Claim): Promise<Claim> => {
    if (isProtected(claim)) return claim;
    return told(`add finalizer to claim ${keyText(keyOf(claim))}`, client.update(resourceClaims, protectedClaim(claim)));
  };

  return {
    async create(draft) {
      const { namespace, generateName, annotations, ownerReferences } = draft.metadata;
      const metadata = { namespace, generateName, annotations, ownerReferences };
      const name = keyText(keyOf(draft));
      try {
        const made = await told(`create claim for extended resources ${name}`, client.create(resourceClaims, { metadata, spec: draft.spec }));
        metrics.claimCreated('success');
        return made;
      } catch (error) {
        metrics.claimCreated('failure');
        throw error;
      }
    },
    reserve: (claim, pod, allocation) =>
      onLatest(claim, async (latest) => {
        const name = keyText(keyOf(latest));
        if (latest.metadata.deletionTimestamp !== undefined) throw new Error(`claim ${name} got deleted in the meantime`);
        if (allocation && latest.status?.allocation) throw new Error(`claim ${name} got allocated elsewhere in the meantime`);
        const kept = allocation ? await withFinalizer(latest) : latest;
        const written = allocation ?? kept.status?.allocation;
        if (!written) throw new Error(`claim ${name} got deallocated elsewhere in the meantime`);
        const status = {
          ...kept.status,
          allocation: { ...written, allocationTimestamp: written.allocationTimestamp ?? timeText(clock.now()) },
          reservedFor: [...(kept.status?.reservedFor ?? []), consumerOf(pod)],
        };
        const what = allocation ? 'add allocation and reservation to claim' : 'add reservation to claim';
        return told(`${what} ${name}`, client.update(resourceClaims, { ...kept, status }, { subresource: 'status' }));
      }),
    async dropReservation(claim, podUid) {
      const body = { metadata: { uid: claim.metadata.uid }, status: { reservedFor: [{ $patch: 'delete', uid: podUid }] } };
      await client.patch(resourceClaims, keyOf(claim), { type: 'strategic', body }, { subresource: 'status' });
    },
    async deallocate(claim) {
      await client.update(resourceClaims, { ...claim, status: {} }, { subresource: 'status' });
    },
    async delete(claim) {
      const name = keyText(keyOf(claim));
      await onLatest(claim, (latest) => told(`update resourceclaim ${name}`, client.update(resourceClaims, unprotectedClaim(latest))));
      await client.delete(resourceClaims, keyOf(claim), { preconditions: { uid: claim.metadata.uid } });
    },
  };
}

/** Says what was tried if it fails. */
async function told<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
