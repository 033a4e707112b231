import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { sleep } from '../../../base/clock.ts';
import type { Surroundings } from '../../contract/node-parts.ts';
import type { Shortage } from '../../spec/node-room.ts';
import { podRequest, qosClass } from '../../spec/pod-resources.ts';
import type { EndRequest } from '../worker/pod-state.ts';
import { graceOf } from '../worker/pod-state.ts';
import { isCritical } from './critical-pods.ts';
import type { Rejection } from './rejection.ts';

export interface Preemption {
  readonly node: Surroundings;
  /** Ends a pod. Resolves once nothing of it runs. */
  readonly end: (pod: Live<Pod>, request: EndRequest) => Promise<void>;
  /** Called for each pod that was ended, with the resource that was short. */
  readonly onPreemption: (resource: string) => void;
  readonly signal: AbortSignal;
}

const REASON = 'Preempting';
const MESSAGE = 'Preempted in order to admit critical pod';
const DISRUPTION_MESSAGE = 'Pod was preempted by Kubelet to accommodate a critical pod.';
/** Kubelet's killPodNow: the least time that the runtime is given to end a pod. */
const MIN_WAIT_SECONDS = 10;

/**
 * Ends less important pods of the node, one after the other, until a critical one has room (pkg/kubelet/preemption). Resolves with the reason for which
 * the pod is refused, if all of them together have too little. A pod that does not end in time holds up neither the next nor the critical one any longer.
 */
export async function preempt(
  pod: Live<Pod>,
  shortages: readonly Shortage[],
  others: readonly Live<Pod>[],
  parts: Preemption,
): Promise<Rejection | undefined> {
  const needs: readonly Need[] = shortages.map(({ resource, missing }) => ({ resource, amount: missing }));
  const chosen = podsToPreempt(pod, others, needs);
  if ('lacking' in chosen) {
    const problem = `preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: ${textOf(chosen.lacking)}`;
    return { reason: 'UnexpectedAdmissionError', message: `Unexpected error while attempting to recover from admission failure: ${problem}` };
  }
  for (const each of chosen.pods) {
    if (parts.signal.aborted) break;
    await endOne(each, needs[0]?.resource ?? '', keyText(keyOf(pod)), parts);
  }
  return undefined;
}

async function endOne(pod: Live<Pod>, resource: string, preemptor: string, { node, end, onPreemption, signal }: Preemption): Promise<void> {
  node.recorder.event(pod, 'Warning', REASON, MESSAGE);
  node.log.warn({ pod: keyText(keyOf(pod)), preemptor, resource }, 'ending a pod to make room for a critical one');
  const graceSeconds = graceOf(pod);
  const failure = { reason: REASON, message: MESSAGE, isDisruption: true, disruptionMessage: DISRUPTION_MESSAGE };
  const ended = new AbortController();
  const ending = end(pod, { graceSeconds, failure }).then(() => ended.abort());
  const seconds = Math.max(MIN_WAIT_SECONDS, Math.floor(graceSeconds * 1.5));
  await Promise.race([ending, sleep(node.clock, seconds * 1000, AbortSignal.any([signal, ended.signal]))]);
  if (ended.signal.aborted) onPreemption(resource);
  else if (!signal.aborted) {
    node.recorder.event(pod, 'Warning', 'ExceededGracePeriod', 'Container runtime did not kill the pod within specified grace period.');
  }
}

/** An amount of a resource that must become free, in the resource's base unit (CPU: millicores). */
export interface Need {
  readonly resource: string;
  readonly amount: number;
}

/**
 * Chooses the pods to end, or tells what is lacking even if all that may be ended were. Spares guaranteed pods first, then burstable ones; among
 * those of one class takes few, and small ones. Pure.
 */
export function podsToPreempt(
  preemptor: Pod,
  others: readonly Live<Pod>[],
  needs: readonly Need[],
): { readonly pods: readonly Live<Pod>[] } | { readonly lacking: readonly Need[] } {
  const candidates = others.filter((pod) => mayPreempt(preemptor, pod));
  const lacking = without(needs, candidates);
  if (lacking.length > 0) return { lacking };
  const ofClass = (name: string) => candidates.filter(({ spec, status }) => (status?.qosClass ?? qosClass(spec)) === name);
  const [bestEffort, burstable, guaranteed] = [ofClass('BestEffort'), ofClass('Burstable'), ofClass('Guaranteed')];
  const guaranteedEnded = closest(guaranteed, without(needs, [...bestEffort, ...burstable]));
  const burstableEnded = closest(burstable, without(needs, [...bestEffort, ...guaranteedEnded]));
  const bestEffortEnded = closest(bestEffort, without(needs, [...burstableEnded, ...guaranteedEnded]));
  return { pods: [...bestEffortEnded, ...burstableEnded, ...guaranteedEnded] };
}

function mayPreempt(preemptor: Pod, other: Pod): boolean {
  if (isCritical(preemptor) && !isCritical(other)) return true;
  const [own, others] = [preemptor.spec?.priority, other.spec?.priority];
  return own !== undefined && others !== undefined && own > others;
}

/** Takes the pod that comes closest to what is still needed, until nothing is. The pods have enough. */
function closest(pods: readonly Live<Pod>[], needs: readonly Need[]): readonly Live<Pod>[] {
  const taken: Live<Pod>[] = [];
  let left = [...pods];
  for (let open = needs; open.length > 0; ) {
    const best = left.reduce<{ readonly pod: Live<Pod>; readonly distance: number } | undefined>((found, pod) => {
      const distance = distanceOf(pod, open);
      return !found || distance < found.distance || (distance === found.distance && isSmaller(pod, found.pod)) ? { pod, distance } : found;
    }, undefined);
    if (!best) break;
    taken.push(best.pod);
    left = left.filter((pod) => pod !== best.pod);
    open = without(open, [best.pod]);
  }
  return taken;
}

const freedBy = (pod: Pod, resource: string): number => (resource === 'pods' ? 1 : podRequest(pod, resource));

/** The needs that remain once the pods have ended. */
const without = (needs: readonly Need[], pods: readonly Pod[]): readonly Need[] =>
  needs
    .map(({ resource, amount }) => ({ resource, amount: pods.reduce((rest, pod) => rest - freedBy(pod, resource), amount) }))
    .filter(({ amount }) => amount > 0);

/** The sum of the squares of the shares that remain, so that each resource counts the same. */
const distanceOf = (pod: Pod, needs: readonly Need[]): number =>
  needs.reduce((sum, { resource, amount }) => sum + (Math.max(0, amount - freedBy(pod, resource)) / amount) ** 2, 0);

/** Whether a pod asks for less than another, or the same: for memory first. */
function isSmaller(pod: Pod, other: Pod): boolean {
  const memory = podRequest(pod, 'memory') - podRequest(other, 'memory');
  return memory < 0 || (memory === 0 && podRequest(pod, 'cpu') <= podRequest(other, 'cpu'));
}

/** As kubelet prints them, comma at the end included. */
const textOf = (needs: readonly Need[]): string => `[${needs.map(({ resource, amount }) => `(res: ${resource}, q: ${amount}), `).join('')}]`;
