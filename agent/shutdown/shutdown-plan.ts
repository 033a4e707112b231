import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { SYSTEM_CRITICAL_PRIORITY } from '../pod/manager/critical-pods.ts';

/** The settings of a graceful shutdown, under the names of kubelet's configuration; seconds. */
export interface ShutdownSettings {
  /** The time by which the machine's shutdown is delayed; 0 for not at all. */
  readonly gracePeriodSeconds: number;
  /** The part of it that is kept for critical pods, which end last. */
  readonly criticalPodsSeconds: number;
}

/** Pods that end together. */
export interface ShutdownPhase {
  readonly seconds: number;
  readonly pods: readonly { readonly pod: Live<Pod>; readonly graceSeconds: number }[];
}

/** The phases of a shutdown in their order: ordinary pods, then critical ones (pkg/kubelet/nodeshutdown). Phases without pods are left out. */
export function shutdownPhases(pods: readonly Live<Pod>[], { gracePeriodSeconds, criticalPodsSeconds }: ShutdownSettings): readonly ShutdownPhase[] {
  const isLast = ({ spec }: Live<Pod>) => (spec?.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY;
  const phase = (members: readonly Live<Pod>[], seconds: number): ShutdownPhase => ({
    seconds,
    // A pod that asks for less than its phase has gets no more.
    pods: members.map((pod) => ({ pod, graceSeconds: Math.max(0, Math.min(seconds, Number(pod.spec?.terminationGracePeriodSeconds ?? 30))) })),
  });
  return [
    phase(
      pods.filter((pod) => !isLast(pod)),
      Math.max(0, gracePeriodSeconds - criticalPodsSeconds),
    ),
    phase(pods.filter(isLast), criticalPodsSeconds),
  ].filter(({ pods: members }) => members.length > 0);
}
