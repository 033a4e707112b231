import type { ClaimOutcome, ClaimReference } from './plugin-client.ts';

/** Checks that a driver has done its work for every claim. @throws Error in kubelet's words */
export function checkOutcomes(method: string, claims: readonly ClaimReference[], outcomes: ReadonlyMap<string, ClaimOutcome>): void {
  for (const [uid, { error }] of outcomes) {
    const claim = claims.find((each) => each.uid === uid);
    if (!claim) throw new Error(`${method} returned result for unknown claim UID ${uid}`);
    if (error !== '') throw new Error(`${method} failed for ResourceClaim ${claim.name}: ${error}`);
  }
  const skipped = claims.length - outcomes.size;
  if (skipped !== 0) throw new Error(`${method} skipped ${skipped} ResourceClaims`);
}
