import type { Pod } from '../../../api/kinds/core/pod/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { nextTurn } from '../../../base/next-turn.ts';
import { evaluate, reasonsText } from './evaluator.ts';
import type { LevelVersion } from './policy.ts';
import { policyText } from './policy.ts';

const MAX_PODS = 3000;
const MAX_MS = 1000;
/** Pods that are looked at before other requests get a turn; a few microseconds each. */
const PODS_PER_TURN = 200;

/** Puts one pod of each controller first: its others are alike. */
function prioritized(pods: readonly Live<Pod>[]): readonly Live<Pod>[] {
  const first: Live<Pod>[] = [];
  const more: Live<Pod>[] = [];
  const seen = new Set<string>();
  for (const pod of pods) {
    const uid = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (uid !== undefined && seen.has(uid)) more.push(pod);
    else first.push(pod);
    if (uid !== undefined) seen.add(uid);
  }
  return [...first, ...more];
}

/**
 * Returns the warnings about pods of a namespace that a new policy would forbid, one per set of reasons. Looks at 3,000 pods and for one
 * second at most, in parts.
 */
export async function existingPodWarnings(namespace: string, policy: LevelVersion, all: readonly Live<Pod>[], clock: Clock): Promise<string[]> {
  const deadline = clock.monotonic() + MAX_MS;
  const pods = prioritized(all).slice(0, MAX_PODS);
  const found = new Map<string, { name: string; count: number }>();
  let checked = 0;
  for (const { metadata, spec } of pods) {
    if (checked > 0 && checked % PODS_PER_TURN === 0) {
      await nextTurn();
      if (clock.monotonic() > deadline) break;
    }
    checked++;
    const violations = evaluate(policy, { annotations: metadata.annotations ?? {}, spec: spec ?? { containers: [] } });
    if (violations.length === 0) continue;
    const reasons = reasonsText(violations);
    const entry = found.get(reasons);
    if (!entry) found.set(reasons, { name: metadata.name, count: 1 });
    else {
      entry.count++;
      if (metadata.name < entry.name) entry.name = metadata.name;
    }
  }
  const warnings: string[] = [];
  if (checked < all.length) {
    warnings.push(`new PodSecurity enforce level only checked against the first ${checked} of ${all.length} existing pods`);
  }
  if (found.size > 0) {
    warnings.push(
      `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(policyText(policy))}`,
    );
  }
  return [...warnings, ...[...found].map(([reasons, { name, count }]) => `${name}${othersText(count - 1)}: ${reasons}`).sort()];
}

const othersText = (count: number): string => (count === 0 ? '' : ` (and ${count} other pod${count === 1 ? '' : 's'})`);
