import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { podRequest, qosClass } from '../../spec/pod-resources.ts';

/** A change of resources that waits: the pod as it asks to be, and as it is. */
export interface WaitingResize {
  readonly wanted: Live<Pod>;
  readonly worker: { readonly pod: Live<Pod> };
}

const asksForMore = ({ wanted, worker }: WaitingResize): boolean =>
  (['cpu', 'memory'] as const).some((resource) => podRequest(wanted, resource) > podRequest(worker.pod, resource));

const isGuaranteed = ({ wanted }: WaitingResize): boolean => qosClass(wanted.spec) === 'Guaranteed';

/** Milliseconds since the epoch; a change that has not been told yet counts as the latest. */
const waitsSince = ({ worker }: WaitingResize): number => {
  const since = worker.pod.status?.conditions?.find(({ type }) => type === 'PodResizePending')?.lastTransitionTime;
  return since ? Date.parse(since) : Number.MAX_SAFE_INTEGER;
};

/**
 * Orders waiting changes as kubelet tries them again (pkg/kubelet/allocation, sortPendingResizes): those that ask for no more, then by priority, then
 * guaranteed pods, then those that have waited longest.
 */
export function byUrgency(a: WaitingResize, b: WaitingResize): number {
  return (
    Number(asksForMore(a)) - Number(asksForMore(b)) ||
    (b.wanted.spec?.priority ?? 0) - (a.wanted.spec?.priority ?? 0) ||
    Number(isGuaranteed(b)) - Number(isGuaranteed(a)) ||
    waitsSince(a) - waitsSince(b)
  );
}
