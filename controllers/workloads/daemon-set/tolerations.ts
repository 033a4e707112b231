import type { Toleration } from '../../../api/pod/placement/affinity.ts';

const forEver = (condition: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${condition}`, operator: 'Exists', effect });

/** Daemon pods stay on a node that is not ready, and start on one that is cordoned or under pressure. */
const ALWAYS: readonly Toleration[] = [
  forEver('not-ready', 'NoExecute'),
  forEver('unreachable', 'NoExecute'),
  forEver('disk-pressure', 'NoSchedule'),
  forEver('memory-pressure', 'NoSchedule'),
  forEver('pid-pressure', 'NoSchedule'),
  forEver('unschedulable', 'NoSchedule'),
];
/** A pod on the host's network may be what makes the pod network. */
const ON_HOST_NETWORK: readonly Toleration[] = [...ALWAYS, forEver('network-unavailable', 'NoSchedule')];

const isSame = (a: Toleration, b: Toleration): boolean =>
  a.key === b.key && (a.effect ?? '') === (b.effect ?? '') && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');

/** Adds the tolerations of daemon pods. One that the template has for a limited time is replaced by the one without limit. */
export function withDaemonTolerations(own: readonly Toleration[] = [], hostNetwork: boolean): Toleration[] {
  const added = hostNetwork ? ON_HOST_NETWORK : ALWAYS;
  const kept = own.map((toleration) => added.find((one) => isSame(one, toleration)) ?? toleration);
  return [...kept, ...added.filter((one) => !kept.includes(one))];
}
