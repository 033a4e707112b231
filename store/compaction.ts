import type { Clock } from '../base/clock.ts';
import type { Store } from './store.ts';

const EVERY_MS = 5 * 60_000;

/**
 * Every five minutes forgets the history from before the previous round, as kube-apiserver does:
 * a watch can resume from any revision that is less than five minutes old.
 */
export function startCompaction(store: Store, clock: Pick<Clock, 'after'>, log: { warn(details: object, message: string): void }): { stop(): void } {
  let previous: number | undefined;
  let cancel = () => {};
  const round = async () => {
    try {
      const revision = await store.revision();
      if (previous !== undefined) await store.compact(previous);
      previous = revision;
    } catch (error) {
      log.warn({ err: error }, 'the history could not be compacted; trying again later');
    }
  };
  const schedule = () => {
    cancel = clock.after(EVERY_MS, () => void round().then(schedule));
  };
  schedule();
  return { stop: () => cancel() };
}
