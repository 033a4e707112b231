import type { Kind } from '../../api/definition/kind.ts';
import type { Pod, PodCondition } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { timeText } from '../../base/clock.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import { conditionOf } from './conditions.ts';
import { isTerminal } from './pod-state.ts';
import { patchStatus } from './pod-status.ts';
import { unlessGone } from './refusals.ts';

const TYPE = 'DisruptionTarget';

/** The reason for deleting a pod that its owner still wants. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

/** Returns the condition to add; none if the pod has one. */
function conditionsFor(pod: Pod, disruption: Disruption | undefined, now: number): PodCondition[] {
  if (!disruption || conditionOf(pod.status?.conditions, TYPE)?.status === 'True') return [];
  const generation = pod.metadata?.generation;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return [{ type: TYPE, status: 'True', ...disruption, lastTransitionTime: timeText(now), ...observed }];
}

/** Writes the reason into a pod's status, then deletes it gracefully. Does nothing if the pod is deleted, or was replaced. */
export async function disrupt(env: ControllerEnv, kind: Kind<Pod>, pod: Live<Pod>, disruption: Disruption): Promise<void> {
  const conditions = conditionsFor(pod, disruption, env.clock.now());
  if (conditions.length > 0 && (await patchStatus(env, kind, pod, { conditions })) === undefined) return;
  await unlessGone(env.client.delete(kind, keyOf(pod), { preconditions: { uid: pod.metadata.uid } }));
}

/** Deletes a pod at once that no agent will end. It counts as failed unless it had ended. */
export async function failAndDelete(env: ControllerEnv, kind: Kind<Pod>, pod: Live<Pod>, disruption?: Disruption): Promise<void> {
  if (!isTerminal(pod)) {
    const conditions = conditionsFor(pod, disruption, env.clock.now());
    const status = { phase: 'Failed', ...(conditions.length > 0 ? { conditions } : {}) };
    if ((await patchStatus(env, kind, pod, status)) === undefined) return;
  }
  await unlessGone(env.client.delete(kind, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }));
}
