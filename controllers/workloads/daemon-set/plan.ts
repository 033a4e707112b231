import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isReady } from '../../_shared/pod-state.ts';
import { byPrecedence, HASH_LABEL, isAvailable } from './daemon-pod.ts';
import { allowsSurge, isRolling } from './limits.ts';
import { rollForward } from './rollout.ts';
import type { DaemonPod, Ended, Observed, Plan } from './round.ts';

interface Draft {
  readonly create: string[];
  readonly remove: DaemonPod[];
  readonly failed: Ended[];
  readonly succeeded: Ended[];
  retryAfterMs: number | undefined;
}

/**
 * Plans one round: first every node that should run a pod has one, and no other has; only once that needs no writes, old pods are replaced.
 * A node never has more than one pod, or one of each revision where the strategy surges.
 */
export function plan(observed: Observed): Plan {
  const draft: Draft = { create: [], remove: [], failed: [], succeeded: [], retryAfterMs: undefined };
  const known = new Set<string>();
  for (const node of observed.nodes) {
    known.add(node.metadata.name);
    planNode(observed, node, draft);
  }
  // Never scheduled, and so never collected with the node.
  for (const [name, pods] of observed.pods) {
    if (!known.has(name)) draft.remove.push(...pods.filter((pod) => !pod.spec?.nodeName && !isDeleting(pod)));
  }
  if (draft.create.length > 0 || draft.remove.length > 0 || !isRolling(observed.set)) return draft;
  return { ...draft, ...rollForward(observed) };
}

function planNode(observed: Observed, node: Live<Node>, draft: Draft): void {
  const { name } = node.metadata;
  const pods = observed.pods.get(name) ?? [];
  const placement = observed.placement(node);
  if (placement === 'none') return void draft.remove.push(...pods.filter((pod) => !isDeleting(pod)));
  if (pods.length === 0) {
    if (placement === 'run') draft.create.push(name);
    return;
  }
  const running = pods.filter((pod) => !isDeleting(pod) && !endPod(observed, pod, name, draft));
  if (running.length > 1) draft.remove.push(...surplus(observed, running));
  // A pod that terminates holds its node, unless there may be two.
  if (running.length === 0 && placement === 'run' && allowsSurge(observed.set)) draft.create.push(name);
}

/** Plans for a pod that has ended. Returns false for one that has not. */
function endPod({ keptFor }: Observed, pod: DaemonPod, nodeName: string, draft: Draft): boolean {
  const phase = pod.status?.phase;
  if (phase !== 'Failed' && phase !== 'Succeeded') return false;
  const left = phase === 'Failed' ? keptFor(nodeName) : 0;
  if (left > 0) {
    draft.retryAfterMs = Math.min(left, draft.retryAfterMs ?? left);
    return true;
  }
  (phase === 'Failed' ? draft.failed : draft.succeeded).push({ pod, nodeName });
  draft.remove.push(pod);
  return true;
}

/** Returns the pods of a node that are too many. */
function surplus({ set, hash, now }: Observed, pods: readonly DaemonPod[]): readonly DaemonPod[] {
  const ordered = [...pods].sort(byPrecedence);
  if (!allowsSurge(set)) return ordered.slice(1);
  const isNew = (pod: DaemonPod) => pod.metadata.labels?.[HASH_LABEL] === hash;
  const newest = ordered.find(isNew);
  const oldest = ordered.find((pod) => !isNew(pod));
  const others = ordered.filter((pod) => pod !== newest && pod !== oldest);
  // The old pod stays for as long as it serves and the new one does not.
  const isReplaced = newest && oldest && (!isReady(oldest) || isAvailable(newest, set, now));
  return isReplaced ? [...others, oldest] : others;
}
