import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { SYSTEM_CRITICAL_PRIORITY } from '../spec/critical-priority.ts';

/** The time of one phase of a shutdown, and the pods that it is for: those of at least this priority, and below that of the next phase. */
export interface ShutdownPeriod {
  readonly priority: number;
  readonly seconds: number;
}

/** The periods of a graceful shutdown, the lowest priority first (kubelet's `shutdownGracePeriodByPodPriority`). At least one. */
export type ShutdownSettings = readonly ShutdownPeriod[];

/** Returns the periods for ordinary and for critical pods, as kubelet takes its two simple settings; the first one has what the second leaves. */
export const periodsOf = (seconds: number, criticalSeconds: number): ShutdownSettings => [
  { priority: 0, seconds: seconds - criticalSeconds },
  { priority: SYSTEM_CRITICAL_PRIORITY, seconds: criticalSeconds },
];

/** Returns the seconds by which the machine's shutdown is delayed. */
export const delayOf = (settings: ShutdownSettings): number => settings.reduce((sum, { seconds }) => sum + seconds, 0);

/** Pods that end together. */
export interface ShutdownPhase {
  readonly seconds: number;
  readonly pods: readonly { readonly pod: Live<Pod>; readonly graceSeconds: number }[];
}

/**
 * The phases of a shutdown in their order: the least important pods first (pkg/kubelet/nodeshutdown). A pod below the lowest priority goes with that
 * one. Phases without pods are left out.
 */
export function shutdownPhases(pods: readonly Live<Pod>[], settings: ShutdownSettings): readonly ShutdownPhase[] {
  const members = settings.map((): Live<Pod>[] => []);
  for (const pod of pods) {
    const priority = pod.spec?.priority ?? 0;
    const last = settings.findLastIndex((period) => period.priority <= priority);
    members[Math.max(0, last)]?.push(pod);
  }
  return settings
    .map(({ seconds }, index): ShutdownPhase => {
      // A pod that asks for less than its phase has gets no more.
      const graceOf = ({ spec }: Live<Pod>) => Math.max(0, Math.min(seconds, Number(spec?.terminationGracePeriodSeconds ?? 30)));
      return { seconds, pods: (members[index] ?? []).map((pod) => ({ pod, graceSeconds: graceOf(pod) })) };
    })
    .filter((phase) => phase.pods.length > 0);
}
