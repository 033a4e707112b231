import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer, InformerHandler } from '../../../runtime/watch/informer.ts';
import { indexBySelector } from '../../../runtime/watch/selector-index.ts';
import { sameText } from '../pod-state.ts';
import { endpointChanged, selectorOf } from './membership.ts';

/** How long a burst of pod changes is gathered, by the size of what must be written anew each time. */
export interface Pace {
  set(key: string, endpoints: number): void;
  forget(key: string): void;
  delayMs(key: string): number;
}

const AT_ONCE_UP_TO = 50;
const LONGEST_MS = 500;

/** Small services follow at once; one of a thousand pods is written at most twice a second. */
export function createPace(): Pace {
  const sizes = new Map<string, number>();
  return {
    set(key, endpoints) {
      if (endpoints > AT_ONCE_UP_TO) sizes.set(key, endpoints);
      else sizes.delete(key);
    },
    forget: (key) => void sizes.delete(key),
    delayMs: (key) => Math.min(LONGEST_MS, Math.floor((sizes.get(key) ?? 0) / 2)),
  };
}

export function serviceHandler(env: ControllerEnv): InformerHandler<Service> {
  return {
    add: (service, initial) => env.enqueue(keyOf(service), { priority: initial ? 'low' : 'normal' }),
    update: (service) => env.enqueue(keyOf(service)),
    delete: (service) => env.enqueue(keyOf(service)),
  };
}

/** Pods wake the services that select them, now or before. */
export function servicePodHandler(env: ControllerEnv, services: Informer<Service>, pace: Pace): InformerHandler<Pod> {
  const selectedBy = indexBySelector(services, selectorOf);
  const wake = (pod: Live<Pod>, initial = false) => {
    for (const service of selectedBy(pod.metadata.namespace ?? '', pod.metadata.labels)) {
      const key = keyOf(service);
      env.enqueue(key, { afterMs: pace.delayMs(keyText(key)), priority: initial ? 'low' : 'normal' });
    }
  };
  return {
    add: wake,
    update(pod, old) {
      if (!endpointChanged(pod, old)) return;
      wake(pod);
      if (!sameText(pod.metadata.labels, old.metadata.labels)) wake(old);
    },
    delete: wake,
  };
}
