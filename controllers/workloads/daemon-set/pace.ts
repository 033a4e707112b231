import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

/** Spaces the rounds that changes of pods lead to, each of which looks at all nodes. The first change after a rest is acted on at once. */
export interface Pace {
  /** Returns the milliseconds to wait before the next round of a set. */
  delayMs(set: Live<KubeObject & Pick<DaemonSet, 'status'>>): number;
  /** Returns the reconciler, which notes when its rounds end. */
  paced(reconcile: Reconcile): Reconcile;
}

/** 50 ms for a set on 500 nodes; a set on a few nodes does not wait. */
const NODES_PER_MS = 10;
const LONGEST_MS = 500;

export function createPace(clock: Pick<Clock, 'monotonic'>, sets: Pick<Informer<DaemonSet>, 'get'>): Pace {
  /** The ends of the last rounds. */
  const ended = new Map<string, number>();
  return {
    delayMs(set) {
      const spacing = Math.min(LONGEST_MS, Math.floor((set.status?.desiredNumberScheduled ?? 0) / NODES_PER_MS));
      if (spacing === 0) return 0;
      const last = ended.get(keyText(keyOf(set)));
      return last === undefined ? 0 : Math.max(0, last + spacing - clock.monotonic());
    },
    paced: (reconcile) => async (key, context) => {
      try {
        return await reconcile(key, context);
      } finally {
        if (sets.get(key)) ended.set(keyText(key), clock.monotonic());
        else ended.delete(keyText(key));
      }
    },
  };
}
