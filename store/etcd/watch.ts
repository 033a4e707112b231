import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { WatchBatch } from '../store.ts';
import { CompactedError } from '../store.ts';
import type { EtcdConnection } from './connection.ts';
import * as messages from './messages.ts';

export interface EtcdWatch {
  /** Keys in etcd: with the prefix of this cluster. */
  readonly start: string;
  readonly end: string;
  readonly afterRevision: number;
  readonly sink: (batch: WatchBatch) => void;
  readonly signal: AbortSignal;
  /** Called whenever a stream has been established, with the way to ask it for progress. */
  readonly established: (requestProgress: () => void) => void;
  readonly batchOf: (response: messages.WatchResponse) => WatchBatch;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** Follows from `afterRevision` on, over as many streams as it takes; resolves when the signal aborts. @throws CompactedError */
export async function keepFollowing(connection: EtcdConnection, clock: Clock, watch: EtcdWatch): Promise<void> {
  const { signal } = watch;
  let seen = watch.afterRevision;
  for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, LAST_RETRY_MS)) {
    seen = await followOnce(connection, {
      ...watch,
      afterRevision: seen,
      established(requestProgress) {
        delay = FIRST_RETRY_MS;
        watch.established(requestProgress);
      },
    });
    if (signal.aborted) return;
    connection.turn();
    await sleep(clock, delay, signal);
  }
}

/** Follows one stream; resolves with the last revision seen when the stream breaks. @throws CompactedError */
function followOnce(connection: EtcdConnection, { start, end, afterRevision, sink, signal, established, batchOf }: EtcdWatch): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = connection.stream('/etcdserverpb.Watch/Watch', messages.decodeWatch);
    let seen = afterRevision;
    const stop = () => stream.cancel();
    const ended = () => {
      signal.removeEventListener('abort', stop);
      resolve(seen);
    };
    signal.addEventListener('abort', stop, { once: true });
    stream.on('data', (response: messages.WatchResponse) => {
      if (signal.aborted) return;
      if (response.compactRevision > 0) {
        signal.removeEventListener('abort', stop);
        stream.cancel();
        return reject(new CompactedError(response.compactRevision - 1));
      }
      if (response.canceled) return stream.cancel();
      if (response.created) return established(() => void stream.write(messages.encodeProgressRequest()));
      seen = Math.max(seen, response.events.at(-1)?.kv.modRevision ?? 0, response.events.length === 0 ? response.revision : 0);
      sink(batchOf(response));
    });
    stream.on('error', ended);
    stream.on('end', ended);
    stream.write(messages.encodeWatch(start, end, afterRevision + 1));
  });
}
