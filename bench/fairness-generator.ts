import { sleep, systemClock } from '../base/clock.ts';
import type { Access } from './http-client.ts';
import { createHttpClient, RefusedError } from './http-client.ts';

/** A load that one client makes, in a process of its own: its delays must not be taken for the server's. */
export interface Load {
  readonly access: Access;
  /** Requests at once, each on a connection of its own. */
  readonly width: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Requests in all. Default: until the load is stopped. */
  readonly count?: number;
}

/** The answers to a load. */
export interface LoadResult {
  /** By status code, or by the error that a connection ended with. */
  readonly answers: Readonly<Record<string, number>>;
  readonly megabytes: number;
}

const PAUSE_MS = 20;

/** Makes the load until it is done or `signal` aborts. A refused request is repeated after a pause, like a client's that heeds no Retry-After. */
async function generate({ access, width, method, path, headers, count = Number.POSITIVE_INFINITY }: Load, signal: AbortSignal): Promise<LoadResult> {
  const client = createHttpClient(access, width);
  const answers: Record<string, number> = {};
  let bytes = 0;
  const stopped = whenAborted(signal);
  const answered = (code: string | number) => {
    answers[code] = (answers[code] ?? 0) + 1;
  };
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0 && !signal.aborted) {
      const i = left--;
      const body = method === 'POST' ? { metadata: { name: `written-${process.pid}-${i}` }, data: { text: 't'.repeat(500) } } : undefined;
      try {
        const answer = await Promise.race([client.ask(method, path, body, undefined, headers), stopped]);
        bytes += answer.length;
        answered(method === 'POST' ? 201 : 200);
      } catch (error) {
        if (signal.aborted) return;
        answered(error instanceof RefusedError ? error.status : String((error as NodeJS.ErrnoException).code));
        if (count === Number.POSITIVE_INFINITY) await sleep(systemClock, PAUSE_MS, signal);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { answers, megabytes: Math.round(bytes / 1e6) };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  aborted.catch(() => {});
  return aborted;
}

const ending = new AbortController();
process.on('message', (message: Load | 'stop') => {
  if (message === 'stop') ending.abort();
  else void generate(message, ending.signal).then((result) => process.send?.(result, () => process.exit()));
});
