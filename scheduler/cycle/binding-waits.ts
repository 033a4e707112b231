import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { Claim } from '../devices/request-plan.ts';
import { awaitedDriversOf, bindingState, driversOf, hasBindingConditions, isBindingOverdue } from '../plugins/binding-conditions.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { DeviceCache } from '../state/device-cache.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { DeviceWait, SchedulerMetrics } from './metrics.ts';
import type { Recorders } from './recorders.ts';

/** Waits for devices that have to be made ready before their pod is bound. */
export interface BindingWaits {
  /** Resolves when the binding conditions of all claims are met, at once if there are none. @throws Error as upstream words it */
  ready(pod: PodInfo, nodeName: string, claims: readonly Claim[]): Promise<void>;
}

interface WaitEnd {
  readonly status: DeviceWait['status'];
  /** Undefined on success. In upstream's words. */
  readonly why?: string;
}

export interface BindingWaitsOptions {
  readonly clock: Clock;
  readonly cache: DeviceCache;
  readonly recorders: Recorders;
  readonly metrics: Pick<SchedulerMetrics, 'deviceWaited' | 'conditionsAwaited'>;
  /** The wait for a pod that is deleted ends. */
  readonly pods: Pick<Informer<Pod>, 'on'>;
  /** The time that the devices of a pod have (bindingTimeout of its profile). */
  readonly timeoutMs: (pod: PodInfo) => number;
  /** Ends all waits. */
  readonly signal: AbortSignal;
}

export function createBindingWaits({ clock, cache, recorders, metrics, pods, timeoutMs, signal }: BindingWaitsOptions): BindingWaits {
  /** By the claims that they wait for. */
  const checks = new Map<string, Set<() => void>>();
  /** By the UIDs of their pods. */
  const ends = new Map<string, (how: WaitEnd) => void>();
  const wake = (claim: Claim) => {
    for (const check of checks.get(keyText(keyOf(claim))) ?? []) check();
  };
  cache.claims.on({ update: wake, delete: wake });
  pods.on({
    delete: ({ metadata }) =>
      ends.get(metadata.uid)?.({ status: 'error', why: `pod does not exist any more: pod ${JSON.stringify(metadata.name)} not found` }),
  });

  const stateOf = (claims: readonly Claim[], timeout: number): 'waiting' | WaitEnd => {
    for (const { metadata } of claims) {
      const claim = cache.claim(metadata.namespace ?? '', metadata.name);
      if (!claim) return { status: 'error', why: `could not find ResourceClaim ${JSON.stringify(`${metadata.namespace}/${metadata.name}`)}` };
      const state = bindingState(claim);
      if (state.type === 'failed') return { status: 'failure', why: state.message };
      if (state.type === 'ready') continue;
      if (isBindingOverdue(claim, timeout, clock.now())) return { status: 'timeout', why: `device binding timeout: claim=${metadata.name}` };
      return 'waiting';
    }
    return { status: 'success' };
  };
  const wait = (uid: string, claims: readonly Claim[], timeout: number): Promise<WaitEnd> =>
    new Promise((resolve) => {
      const keys = claims.map((claim) => keyText(keyOf(claim)));
      const end = (how: WaitEnd) => {
        cancel();
        ends.delete(uid);
        signal.removeEventListener('abort', abort);
        for (const key of keys) {
          const others = checks.get(key);
          others?.delete(check);
          if (others?.size === 0) checks.delete(key);
        }
        resolve(how);
      };
      const check = () => {
        const state = stateOf(claims, timeout);
        if (state !== 'waiting') end(state);
      };
      const abort = () => end({ status: 'error', why: 'context canceled' });
      const cancel = clock.after(timeout, () => end({ status: 'timeout', why: 'device binding timeout: context deadline exceeded' }));
      for (const key of keys) checks.set(key, (checks.get(key) ?? new Set()).add(check));
      ends.set(uid, end);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      else check();
    });

  return {
    async ready(pod, nodeName, claims) {
      if (!claims.some(hasBindingConditions)) return;
      const message = `waiting for binding conditions for device on node ${nodeName}`;
      recorders.of(pod).event(pod.pod, 'Normal', 'BindingConditionsPending', message, { action: 'Scheduling' });
      const startedAt = clock.monotonic();
      const { status, why } = await wait(pod.uid, claims, timeoutMs(pod));
      const seconds = (clock.monotonic() - startedAt) / 1000;
      const profile = schedulerNameOf(pod.pod);
      for (const driver of claims.flatMap(driversOf)) metrics.deviceWaited({ profile, driver, status }, seconds);
      for (const driver of claims.flatMap(awaitedDriversOf)) metrics.conditionsAwaited({ profile, driver, status });
      if (why !== undefined) throw new Error(why);
    },
  };
}
