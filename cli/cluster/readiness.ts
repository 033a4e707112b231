import { setTimeout as delay } from 'node:timers/promises';
import { nodes } from '../../api/kinds/core/node/index.ts';
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

/** The names of the nodes that are Ready, said at `since` (milliseconds) or later, and how many there are. Older words are of a node before it was stopped. */
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
  /** What the error says when the time is over. */
  readonly onTimeout: () => string;
  /** Throws when there is nothing left to wait for. */
  readonly guard?: () => Promise<void>;
}

/** Asks until `check` answers something; an answer that throws counts as none. */
export async function until<T>(check: () => Promise<T | undefined>, { timeoutMs, everyMs, onTimeout, guard }: Wait): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await check().catch(() => undefined);
    if (found !== undefined) return found;
    await guard?.();
    if (Date.now() > end) throw new Error(onTimeout());
    await delay(everyMs);
  }
}
