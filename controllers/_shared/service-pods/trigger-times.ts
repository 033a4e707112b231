import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { readyCondition } from '../pod-state.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Remembers the pods that each service's endpoints were last made from, to find the time of the change that comes next. */
export interface TriggerTimes {
  /** Returns the earliest change of the service and its pods since the last call; undefined if nothing has a new time. */
  next(service: Live<Service>, pods: readonly Live<Pod>[]): string | undefined;
  forget(key: string): void;
}

const podTime = (pod: Live<Pod>): number => Date.parse(readyCondition(pod)?.lastTransitionTime ?? pod.metadata.creationTimestamp);

export function createTriggerTimes(): TriggerTimes {
  const seen = new Map<string, ReadonlyMap<string, number>>();
  return {
    next(service, pods) {
      const key = keyText(keyOf(service));
      const before = seen.get(key);
      const times = new Map(pods.map((pod) => [pod.metadata.name, podTime(pod)]));
      seen.set(key, times);
      if (before === undefined) return service.metadata.creationTimestamp;
      let earliest: number | undefined;
      for (const [name, time] of times) {
        if (time > (before.get(name) ?? 0) && (earliest === undefined || time < earliest)) earliest = time;
      }
      return earliest === undefined ? undefined : timeText(earliest);
    },
    forget: (key) => void seen.delete(key),
  };
}
