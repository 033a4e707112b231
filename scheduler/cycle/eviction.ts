import { pods } from '../../api/kinds/core/pod/index.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { conditionPatch } from './pod-conditions.ts';
import type { Recorders } from './recorders.ts';

export interface EvictionTools {
  readonly client: Client;
  readonly clock: Clock;
  readonly recorders: Recorders;
}

/** Deletes status.nominatedNodeName of a pod. */
export async function withdrawNomination({ pod, uid }: PodInfo, { client }: Pick<EvictionTools, 'client'>): Promise<void> {
  const body = { metadata: { uid }, status: { nominatedNodeName: null } };
  try {
    await client.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

export interface EvictionFailure {
  readonly victim: PodInfo;
  readonly error: unknown;
}

/**
 * Deletes the victims of a preemption, each with its own grace period; one that is terminating already is left to it. Returns those that could not be
 * deleted; a victim that is gone counts as deleted.
 */
export async function evict(
  victims: readonly PodInfo[],
  preemptor: PodInfo,
  node: string,
  tools: EvictionTools,
): Promise<readonly EvictionFailure[]> {
  const { client, clock, recorders } = tools;
  const message = `${preemptor.pod.spec?.schedulerName ?? 'default-scheduler'}: preempting to accommodate a higher priority pod`;
  const evictOne = async ({ pod, uid }: PodInfo) => {
    const change = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message } as const;
    const patch = conditionPatch(pod, change, clock.now());
    if (patch) await client.patch(pods, keyOf(pod), patch, { subresource: 'status' });
    await client.delete(pods, keyOf(pod), { preconditions: { uid } });
    recorders.of(preemptor).event(pod, 'Normal', 'Preempted', `Preempted by pod ${preemptor.uid} on node ${node}`, {
      action: 'Preempting',
      related: preemptor.pod,
    });
  };
  const living = victims.filter(({ terminating }) => !terminating);
  const outcomes = await Promise.allSettled(living.map(evictOne));
  return outcomes.flatMap((outcome, index) => {
    const victim = living[index];
    return outcome.status === 'rejected' && victim && !isNotFound(outcome.reason) ? [{ victim, error: outcome.reason }] : [];
  });
}
