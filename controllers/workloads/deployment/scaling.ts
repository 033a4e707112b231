import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { Live } from '../../../api/meta/object.ts';
import { desiredOf, maxOf } from './annotations.ts';
import type { Draft, Drafts } from './draft.ts';
import { activeOf, allOf, byAge, resize, totalReplicas } from './draft.ts';
import { fencepostsOf, isRolling, wantedReplicas } from './fenceposts.ts';

/** The Deployment's size changed since its ReplicaSets were last scaled. */
export function wasRescaled(deployment: Live<Deployment>, drafts: Drafts): boolean {
  const wanted = wantedReplicas(deployment.spec);
  return activeOf(allOf(drafts)).some((draft) => {
    const desired = desiredOf(draft.annotations);
    return desired !== undefined && desired !== wanted;
  });
}

/** Go's math.Round: halves away from zero. */
const rounded = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));

/** A ReplicaSet's share of a change, by its part in the size that the Deployment had before. */
function shareOf(draft: Draft, deployment: Live<Deployment>, wanted: number, maxSurge: number): number {
  if (wanted === 0) return -draft.replicas;
  const before = maxOf(draft.annotations) || deployment.status?.replicas || 0;
  if (before === 0) return 0;
  return rounded((draft.replicas * (wanted + maxSurge)) / before) - draft.replicas;
}

/**
 * Scales without rolling out. One active ReplicaSet takes the whole change; once the current one is saturated the old ones go;
 * in the middle of a rollout each gets its proportion, which spreads the risk (the largest takes the rounding).
 */
export function scale(deployment: Live<Deployment>, drafts: Drafts): void {
  const { spec } = deployment;
  const wanted = wantedReplicas(spec);
  const { current, old } = drafts;
  const only = activeOrLatest(drafts);
  if (only) {
    resize(only, wanted, deployment);
    return;
  }
  const saturated = current?.replicas === wanted && desiredOf(current.annotations) === wanted && current.available === wanted;
  if (saturated) {
    for (const draft of activeOf(old)) resize(draft, 0, deployment);
    return;
  }
  if (!isRolling(spec)) return;
  const { maxSurge } = fencepostsOf(spec);
  const active = activeOf(allOf(drafts));
  const toAdd = (wanted > 0 ? wanted + maxSurge : 0) - totalReplicas(active);
  // Growing, the newest of equals comes first; shrinking, the oldest.
  active.sort((a, b) => b.replicas - a.replicas || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let added = 0;
  const sizes = active.map((draft) => {
    if (toAdd === 0 || toAdd === added) return draft.replicas;
    const share = shareOf(draft, deployment, wanted, maxSurge);
    const rest = toAdd - added;
    const part = toAdd > 0 ? Math.min(share, rest) : Math.max(share, rest);
    added += part;
    return draft.replicas + part;
  });
  active.forEach((draft, i) => {
    const size = (sizes[i] ?? draft.replicas) + (i === 0 ? toAdd - added : 0);
    resize(draft, Math.max(0, size), deployment);
  });
}

/** Returns the only active ReplicaSet, or the latest if none is active; undefined if several are. */
function activeOrLatest({ current, old }: Drafts): Draft | undefined {
  const active = activeOf(current ? [...old, current] : old);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? old.at(-1);
}
