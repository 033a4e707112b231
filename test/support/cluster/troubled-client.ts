import type { KubeObject } from '../../../api/meta/object.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { Client, WatchEvent } from '../../../runtime/client/client.ts';

export interface Trouble {
  /** Delay of watch events, in milliseconds: the cache lags behind the client's own writes. */
  readonly delayMs?: number;
  /** Every n-th write fails before it reaches the server. */
  readonly failEvery?: number;
  /** Every n-th write succeeds, and its answer is lost. */
  readonly loseEvery?: number;
  /** A watch ends as expired after this many events. */
  readonly expireAfter?: number;
}

const WRITES = new Set<string | symbol>(['create', 'update', 'patch', 'delete', 'createSubresource']);
const away = () => new StatusError('ServiceUnavailable', 'the server is away');

/** Wraps a client so that it meets the given faults. */
export function troubledClient(client: Client, { delayMs = 0, failEvery, loseEvery, expireAfter }: Trouble): Client {
  let writes = 0;
  const isNth = (n: number | undefined) => n !== undefined && writes % n === 0;

  const watch = async (
    inner: (onEvent: (event: WatchEvent<KubeObject>) => void, signal: AbortSignal) => Promise<void>,
    onEvent: (event: WatchEvent<KubeObject>) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const end = new AbortController();
    let seen = 0;
    const later = (event: WatchEvent<KubeObject>) => {
      seen++;
      if (expireAfter !== undefined && seen > expireAfter) return end.abort();
      if (delayMs === 0) return onEvent(event);
      setTimeout(() => {
        if (!signal.aborted && !end.signal.aborted) onEvent(event);
      }, delayMs);
    };
    await inner(later, AbortSignal.any([signal, end.signal]));
    if (end.signal.aborted && !signal.aborted) throw new StatusError('Expired', 'too old resource version');
  };

  return new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      if (name === 'watch') {
        const open: Client['watch'] = (kind, options, onEvent, signal) =>
          watch(
            (later, both) => target.watch(kind, options, later, both),
            (event) => onEvent(event as Parameters<typeof onEvent>[0]),
            signal,
          );
        return open;
      }
      if (!WRITES.has(name)) return method.bind(target);
      return async (...args: unknown[]) => {
        writes++;
        if (isNth(failEvery)) throw away();
        const lost = isNth(loseEvery);
        const answer: unknown = await method.apply(target, args);
        if (lost) throw away();
        return answer;
      };
    },
  });
}
