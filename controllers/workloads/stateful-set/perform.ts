import type { Kind } from '../../../api/definition/kind.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { controllerOf } from '../../../runtime/control/controller-ref.ts';
import { isNamespaceTerminating, messageOf } from '../../_shared/refusals.ts';
import type { ClaimParts } from './claim-control.ts';
import { changeOwners, makeClaims, warnOfConflict } from './claim-control.ts';
import type { Action } from './plan.ts';

export interface PerformParts extends ClaimParts {
  readonly kinds: ClaimParts['kinds'] & { readonly pods: Kind<Pod> };
}

/**
 * Carries an action out, and records an event on the set for each pod and claim (pkg/controller/statefulset/stateful_pod_control.go).
 * @throws StatusError as the server answered, or Error if a claim is not to be had yet
 */
export async function perform(parts: PerformParts, set: Live<StatefulSet>, action: Action): Promise<void> {
  const { client } = parts.env;
  switch (action.do) {
    case 'create':
      return unlessTerminating(
        recorded(parts, set, 'create', action.pod, async () => {
          await makeClaims(parts, set, action.pod, action.claims);
          for (const name of action.conflicts) warnOfConflict(parts, set, name);
          return createPod(parts, set, action.pod);
        }),
      );
    case 'claim':
      await unlessTerminating(makeClaims(parts, set, action.pod, action.claims));
      return changeOwners(parts, set, action.retention);
    case 'adjust':
      return recorded(parts, set, 'update', action.pod, async () => {
        await makeClaims(parts, set, action.pod, action.claims);
        await changeOwners(parts, set, action.retention);
        if (action.changed) await client.update(parts.kinds.pods, action.changed);
        return true;
      });
    case 'retain':
      return changeOwners(parts, set, action.retention);
    case 'delete':
      return recorded(parts, set, 'delete', action.pod, () => deletePod(parts, action.pod));
  }
}

/** Nothing can be created in a terminating namespace any more. */
async function unlessTerminating(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNamespaceTerminating(error)) throw error;
  }
}

/** Creates a pod. Returns false if the set has it already, and the cache does not show it yet. @throws StatusError if the name is taken */
async function createPod({ env, kinds }: PerformParts, set: Live<StatefulSet>, pod: Pod): Promise<boolean> {
  try {
    await env.client.create(kinds.pods, pod);
    return true;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const there = await env.client.get(kinds.pods, keyOf(pod));
    if (controllerOf(there)?.uid === set.metadata.uid) return false;
    throw error;
  }
}

/** Returns false if that pod is deleted already, or was replaced by another of its name. */
async function deletePod({ env, kinds }: PerformParts, pod: Live<Pod>): Promise<boolean> {
  try {
    await env.client.delete(kinds.pods, keyOf(pod), { preconditions: { uid: pod.metadata.uid } });
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}

/** Records the outcome of `work`, which returns false if it changed nothing. A name that is taken is no event, as upstream has it. */
async function recorded(
  { env }: PerformParts,
  set: Live<StatefulSet>,
  verb: 'create' | 'update' | 'delete',
  pod: Pod,
  work: () => Promise<boolean>,
): Promise<void> {
  const outcome = `${verb[0]?.toUpperCase()}${verb.slice(1)}`;
  const about = `${verb} Pod ${pod.metadata?.name} in StatefulSet ${set.metadata.name}`;
  try {
    if (await work()) env.recorder.event(set, 'Normal', `Successful${outcome}`, `${about} successful`);
  } catch (error) {
    const isTold = !isAlreadyExists(error) && !isNamespaceTerminating(error) && !isConflict(error);
    if (isTold) env.recorder.event(set, 'Warning', `Failed${outcome}`, `${about} failed error: ${messageOf(error)}`);
    throw error;
  }
}
