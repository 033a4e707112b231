import type { Pod } from '../api/core/pod.ts';
import type { Kind } from '../api/kind.ts';
import type { Live } from '../api/object.ts';
import { keyOf } from '../api/object.ts';
import { timeText } from '../runtime/clock.ts';
import type { ControllerEnv } from '../runtime/controller.ts';
import { conditionOf, withoutCondition } from './conditions.ts';
import { isTerminal } from './pod-state.ts';
import { unlessGone } from './refusals.ts';

const TYPE = 'DisruptionTarget';

/** Why a pod is taken away from an owner that did not ask for it. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

function conditionsWith(pod: Pod, disruption: Disruption, now: number) {
  const conditions = pod.status?.conditions ?? [];
  if (conditionOf(conditions, TYPE)?.status === 'True') return conditions;
  return [...withoutCondition(conditions, TYPE), { type: TYPE, status: 'True', ...disruption, lastTransitionTime: timeText(now) }];
}

/** Deletes a pod gracefully after saying in its status why. One that is gone, or is another by now, is left alone. */
export async function disrupt({ client, clock }: ControllerEnv, kind: Kind<Pod>, pod: Live<Pod>, disruption: Disruption): Promise<void> {
  const conditions = conditionsWith(pod, disruption, clock.now());
  if (conditions !== pod.status?.conditions) {
    const written = await unlessGone(client.update(kind, { ...pod, status: { ...pod.status, conditions } }, { subresource: 'status' }));
    if (written === undefined) return;
  }
  await unlessGone(client.delete(kind, keyOf(pod), { preconditions: { uid: pod.metadata.uid } }));
}

/** Deletes a pod at once that no agent will end: it counts as failed unless it had ended. */
export async function failAndDelete({ client, clock }: ControllerEnv, kind: Kind<Pod>, pod: Live<Pod>, disruption?: Disruption): Promise<void> {
  if (!isTerminal(pod)) {
    const conditions = disruption ? conditionsWith(pod, disruption, clock.now()) : pod.status?.conditions;
    const status = { ...pod.status, phase: 'Failed', ...(conditions ? { conditions } : {}) };
    const written = await unlessGone(client.update(kind, { ...pod, status }, { subresource: 'status' }));
    if (written === undefined) return;
  }
  await unlessGone(client.delete(kind, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }));
}
