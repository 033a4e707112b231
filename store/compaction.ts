import type { Store } from './store.ts';

/** Time as compaction needs it; milliseconds. */
interface Timer {
  after(ms: number, callback: () => void): () => void;
}

const EVERY_MS = 5 * 60_000;

/**
 * Every five minutes forgets the history from before the previous round, as kube-apiserver does:
 * a watch can resume from anything that is less than five minutes old.
 */
export function startCompaction(store: Store, timer: Timer, log: { warn(details: object, message: string): void }): { stop(): void } {
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
    cancel = timer.after(EVERY_MS, () => void round().then(schedule));
  };
  schedule();
  return { stop: () => cancel() };
}
