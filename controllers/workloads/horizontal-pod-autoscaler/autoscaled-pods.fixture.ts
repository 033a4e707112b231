import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodMetric } from './pod-groups.ts';
import type { CalculatorInput } from './replica-calculator.ts';
import { AUTOSCALER_DEFAULTS } from './settings.ts';

export const NOW = Date.UTC(2026, 0, 1, 12);
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();

/** The traits of a pod that matter to an autoscaler. */
export interface PodTraits {
  readonly phase?: 'Pending' | 'Running' | 'Failed';
  /** Default true; undefined for a pod without the condition. */
  readonly ready?: boolean | undefined;
  readonly startedAgo?: number;
  /** Default: as long ago as the start. */
  readonly changedAgo?: number;
  readonly deleting?: boolean;
  /** Request of each of its containers. Default: one container with 1 CPU. */
  readonly requests?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A pod that has been ready for an hour, but for its traits. */
export function autoscaledPod(name: string, traits: PodTraits = {}): Live<Pod> {
  const { phase = 'Running', startedAgo = 3600, changedAgo = startedAgo, requests = { c: { cpu: '1' } } } = traits;
  const ready = 'ready' in traits ? traits.ready : true;
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: at(startedAgo),
      labels: { app: 'web' },
      ...(traits.deleting ? { deletionTimestamp: at(1) } : {}),
    },
    spec: { containers: Object.entries(requests).map(([container, own]) => ({ name: container, image: 'i', resources: { requests: { ...own } } })) },
    status: {
      phase,
      startTime: at(startedAgo),
      ...(ready === undefined ? {} : { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(changedAgo) }] }),
    },
  };
}

export const metric = (value: number, secondsAgo = 0, windowMs = 30_000): PodMetric => ({ value, time: NOW - secondsAgo * 1000, windowMs });

/** Pods `p0`, `p1` … with these traits, and their values; a pod without one is missing from the metrics. */
export function podsWith(values: readonly (number | undefined)[], traits: readonly (PodTraits | undefined)[] = []) {
  const pods = values.map((_, i) => autoscaledPod(`p${i}`, traits[i] ?? {}));
  const metrics = new Map<string, PodMetric>();
  values.forEach((value, i) => {
    if (value !== undefined) metrics.set(`p${i}`, metric(value));
  });
  return { pods, metrics };
}

export const input = (current: number, pods: readonly Live<Pod>[], tolerance = 0.1): CalculatorInput => ({
  current,
  pods,
  tolerances: { up: tolerance, down: tolerance },
  settings: AUTOSCALER_DEFAULTS,
  now: NOW,
});
