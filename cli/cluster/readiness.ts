import { connect } from 'node:net';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { bodyText, createTransport } from '../../runtime/client/http-transport.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';

const TIMEOUT_MS = 2_000;

/** Whether the API server says that it is ready. Rejects when it cannot be reached. */
export async function serverReady(credentials: Credentials): Promise<boolean> {
  const response = await createTransport(credentials, 'skiff')({ method: 'GET', path: '/readyz', timeoutMs: TIMEOUT_MS });
  await bodyText(response);
  return response.statusCode === 200;
}

/** Whether somebody takes connections at a URL. */
export function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443), timeout: TIMEOUT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** The names of the nodes that are Ready, and the number of all. A heartbeat older than `since` (milliseconds) does not count: it is from before the agent's start. */
export async function nodeReadiness(credentials: Credentials, since = 0): Promise<{ readonly ready: readonly string[]; readonly total: number }> {
  const { items } = await createHttpsClient({ ...credentials, timeoutMs: TIMEOUT_MS }).list(nodes);
  const ready = items
    .filter((node) =>
      node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True' && (Date.parse(c.lastHeartbeatTime ?? '') || 0) >= since),
    )
    .map((node) => node.metadata.name);
  return { ready, total: items.length };
}

export interface Wait {
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** The error's message when the time is over. */
  readonly onTimeout: () => string;
  /** Called between two checks; throws if there is nothing left to wait for. */
  readonly guard?: () => Promise<void>;
}

/** Calls `check` until it resolves with a value; a rejection counts as none. */
export async function until<T>(check: () => Promise<T | undefined>, { timeoutMs, everyMs, onTimeout, guard }: Wait): Promise<T> {
  const end = systemClock.monotonic() + timeoutMs;
  for (;;) {
    const found = await check().catch(() => undefined);
    if (found !== undefined) return found;
    await guard?.();
    if (systemClock.monotonic() > end) throw new Error(onTimeout());
    await sleep(systemClock, everyMs);
  }
}
