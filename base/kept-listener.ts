import type { Server } from 'node:net';
import { createBackoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import type { Logger } from './log.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/**
 * Has a server listen until the signal aborts. An address that is not free is tried again with a growing delay; the first failure in a row is
 * logged, with `what` as the subject.
 */
export async function keepListening(
  server: Server,
  { host, port }: ListenAddress,
  what: string,
  clock: Clock,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  for (let failures = 0; !signal.aborted; failures++) {
    const problem = await new Promise<Error | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    if (problem === undefined) break;
    if (failures === 0) log.warn({ err: problem, host, port }, `${what} cannot be served yet`);
    await sleep(clock, backoff.next(), signal);
  }
  if (signal.aborted) {
    server.close();
    return;
  }
  server.on('error', (error) => log.warn({ err: error, host, port }, `${what} failed`));
  await new Promise<void>((resolve) => {
    const end = () => server.close(() => resolve());
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
