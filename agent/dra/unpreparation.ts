import type { ClaimRecords } from './claim-records.ts';
import type { ClaimState } from './claim-state.ts';
import type { DraPlugins } from './dra-plugins.ts';
import { checkOutcomes } from './outcomes.ts';

export interface UnpreparationParts {
  readonly plugins: DraPlugins;
  readonly records: ClaimRecords;
}

/** Takes a pod from the claims that it uses, and has drivers unprepare those that no other pod uses. @throws Error in kubelet's words */
export async function unprepareClaims(podUid: string, { plugins, records }: UnpreparationParts): Promise<void> {
  const used = records.ofPod(podUid);
  if (used.length === 0) return;
  await records.exclusively(used, async () => {
    const unused: ClaimState[] = [];
    for (const claim of used) {
      // Another work may have taken the pod from it meanwhile.
      if (!claim.podUids.has(podUid)) continue;
      if (claim.podUids.size > 1) records.removePod(claim, podUid);
      else unused.push(claim);
    }
    for (const driver of new Set(unused.flatMap(({ drivers }) => [...drivers.keys()]))) {
      await unprepareOn(
        driver,
        unused.filter(({ drivers }) => drivers.has(driver)),
        plugins,
      );
    }
    for (const claim of unused) records.remove(claim);
    await records.save();
  });
}

/** Has one driver unprepare claims. @throws Error in kubelet's words */
async function unprepareOn(driver: string, claims: readonly ClaimState[], plugins: DraPlugins): Promise<void> {
  const plugin = plugins.get(driver);
  const requests = claims.map(({ namespace, uid, name }) => ({ namespace, uid, name }));
  const outcomes = await plugin.unprepare(requests).catch((error: unknown) => {
    throw new Error(`NodeUnprepareResources: ${error instanceof Error ? error.message : String(error)}`);
  });
  checkOutcomes('NodeUnprepareResources', requests, outcomes);
}
