import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Draft, Drafts } from './draft.ts';
import { activeOf, allOf, newDraft, resize, totalReplicas } from './draft.ts';
import { fencepostsOf, isRolling, wantedReplicas } from './fenceposts.ts';

/** Makes sure that the Deployment's template has a ReplicaSet, as large as the strategy allows at once. */
export function ensureCurrent(deployment: Live<Deployment>, drafts: Drafts): Draft {
  if (drafts.current) return drafts.current;
  const draft = newDraft(deployment, drafts.old);
  drafts.current = draft;
  resize(draft, roomFor(deployment, drafts, draft), deployment);
  return draft;
}

/** Returns the number of replicas that the current ReplicaSet may have now. */
function roomFor(deployment: Live<Deployment>, drafts: Drafts, current: Draft): number {
  const { spec } = deployment;
  const wanted = wantedReplicas(spec);
  if (!isRolling(spec)) return wanted;
  const room = wanted + fencepostsOf(spec).maxSurge - totalReplicas(allOf(drafts));
  return room <= 0 ? current.replicas : current.replicas + Math.min(room, wanted - current.replicas);
}

/** Takes one step of a rolling update: grows the new ReplicaSet, or otherwise shrinks old ones, never below the minimum that must be available. */
export function rollForward(deployment: Live<Deployment>, drafts: Drafts): void {
  const current = ensureCurrent(deployment, drafts);
  if (current.live === undefined) shrinkOld(deployment, drafts, current);
  else if (!growCurrent(deployment, drafts, current)) shrinkOld(deployment, drafts, current);
}

function growCurrent(deployment: Live<Deployment>, drafts: Drafts, current: Draft): boolean {
  const wanted = wantedReplicas(deployment.spec);
  if (current.replicas === wanted) return false;
  const size = current.replicas > wanted ? wanted : roomFor(deployment, drafts, current);
  if (size === current.replicas) return false;
  resize(current, size, deployment);
  return true;
}

function shrinkOld(deployment: Live<Deployment>, drafts: Drafts, current: Draft): void {
  const { spec } = deployment;
  const old = activeOf(drafts.old);
  if (old.length === 0) return;
  const minAvailable = wantedReplicas(spec) - fencepostsOf(spec).maxUnavailable;
  // New pods that are not available yet count against what may go: they are no replacement so far.
  const spare = totalReplicas(allOf(drafts)) - minAvailable - (current.replicas - current.available);
  if (spare <= 0) return;
  cleanUpUnhealthy(deployment, old, spare);
  let excess = totalStaying([...old, current]) - minAvailable;
  for (const draft of old) {
    if (excess <= 0) return;
    if (draft.replicas === 0) continue;
    const part = Math.min(draft.replicas, excess);
    resize(draft, draft.replicas - part, deployment);
    excess -= part;
  }
}

/**
 * Available pods that nobody has decided to end yet. A ReplicaSet's status may be older than its size: what it says beyond the size is of
 * pods that are going, and spared once more they would leave too few.
 */
const totalStaying = (drafts: readonly Draft[]): number => drafts.reduce((sum, { available, replicas }) => sum + Math.min(available, replicas), 0);

/** Old pods that are not available go first, or they would block the rollout (kubernetes/kubernetes#16737). */
function cleanUpUnhealthy(deployment: Live<Deployment>, old: readonly Draft[], most: number): void {
  let left = most;
  for (const draft of old) {
    if (left <= 0) return;
    const unhealthy = draft.replicas - draft.available;
    if (draft.replicas === 0 || unhealthy <= 0) continue;
    const part = Math.min(left, unhealthy);
    resize(draft, draft.replicas - part, deployment);
    left -= part;
  }
}

/** Takes one step of a recreation: scales old ReplicaSets to zero, and creates new pods only once no old one runs. */
export function recreate(deployment: Live<Deployment>, drafts: Drafts, oldPodsRun: boolean): void {
  const active = activeOf(drafts.old);
  for (const draft of active) resize(draft, 0, deployment);
  if (active.length > 0 || oldPodsRun) return;
  const current = ensureCurrent(deployment, drafts);
  const wanted = wantedReplicas(deployment.spec);
  if (current.replicas !== wanted) resize(current, wanted, deployment);
}
