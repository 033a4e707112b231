import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isAvailable, isUpdated } from './daemon-pod.ts';
import { limitsOf } from './limits.ts';
import type { DaemonPod, Observed, Plan } from './round.ts';

type Step = Pick<Plan, 'create' | 'remove'>;

/** The pods of a node that are not terminating: at most one of each kind, or `mixed` if there are more. */
interface NodePods {
  readonly updated: DaemonPod | undefined;
  readonly old: DaemonPod | undefined;
  readonly mixed: boolean;
}

/** Plans the next step of a rolling update, within the limits of the strategy. */
export function rollForward(observed: Observed): Step {
  const { set, nodes, placement } = observed;
  const wanted = new Set(nodes.filter((node) => placement(node) === 'run').map(({ metadata }) => metadata.name));
  const { maxSurge, maxUnavailable } = limitsOf(set, wanted.size);
  const names = new Set([...observed.pods.keys(), ...wanted]);
  const groups = [...names].map((name) => [name, podsOf(observed, name)] as const);
  return maxSurge === 0 ? replace(observed, groups, maxUnavailable) : surge(observed, groups, wanted, maxSurge);
}

function podsOf({ set, hash, pods }: Observed, nodeName: string): NodePods {
  const there = (pods.get(nodeName) ?? []).filter((pod) => !isDeleting(pod));
  const [updated, ...moreUpdated] = there.filter((pod) => isUpdated(pod, set, hash));
  const [old, ...moreOld] = there.filter((pod) => !isUpdated(pod, set, hash));
  return { updated, old, mixed: moreUpdated.length > 0 || moreOld.length > 0 };
}

/**
 * Deletes old pods, as many as may be missing; the nodes' new pods follow. An old pod that is not available is deleted in any case: it
 * serves nobody.
 */
function replace({ set, now }: Observed, groups: readonly (readonly [string, NodePods])[], maxUnavailable: number): Step {
  const useless: DaemonPod[] = [];
  const candidates: DaemonPod[] = [];
  let unavailable = 0;
  for (const [, { updated, old, mixed }] of groups) {
    // A node without a pod, or with too many, is unavailable until it has one.
    if (mixed || Boolean(updated) === Boolean(old)) unavailable++;
    else if (updated) unavailable += isAvailable(updated, set, now) ? 0 : 1;
    else if (old && isAvailable(old, set, now)) candidates.push(old);
    else if (old) {
      useless.push(old);
      unavailable++;
    }
  }
  return { create: [], remove: [...useless, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/**
 * Creates new pods beside old ones, as many as may be extra, and deletes an old pod once the new one is available. A node that should no
 * longer run a pod gives its old one up when others have taken over.
 */
function surge({ set, now, nodes }: Observed, groups: readonly (readonly [string, NodePods])[], wanted: ReadonlySet<string>, maxSurge: number): Step {
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  const remove: DaemonPod[] = [];
  const leaving: DaemonPod[] = [];
  const urgent: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const [name, { updated, old, mixed }] of groups) {
    if (mixed) {
      surging++;
      continue;
    }
    const serving = old ?? updated;
    const serves = serving !== undefined && isAvailable(serving, set, now);
    if (serves) available++;
    // The pods of a deleted node are collected with it.
    if (!old || !known.has(name)) continue;
    if (updated) {
      if (isAvailable(updated, set, now)) remove.push(old);
      else surging++;
    } else if (wanted.has(name)) (serves ? candidates : urgent).push(name);
    else (serves ? leaving : remove).push(old);
  }
  const spare = Math.max(0, available - wanted.size);
  return {
    create: [...urgent, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
    remove: [...remove, ...leaving.slice(0, spare)],
  };
}
