import { setTimeout as delay } from 'node:timers/promises';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { isExpired, isNotFound, StatusError } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** The value of `data.turn` in a ConfigMap; undefined if the ConfigMap does not exist. */
type State = string | undefined;

interface Known {
  /** The state that the server acknowledged last. */
  acknowledged: State;
  /** The state of a write without an answer: the write may have happened. */
  unanswered: { readonly state: State } | undefined;
}

/** Clients that write while the server fails and restarts, and record each acknowledged write. */
export interface WriteLedger {
  /** Writes until the signal aborts. Rejects if the server gives an answer that no crash explains. */
  run(signal: AbortSignal): Promise<void>;
  /** Number of acknowledged writes so far. */
  readonly acknowledged: number;
  /** Sentences for each acknowledged write that the server lost or changed, and each watch event that was missing, repeated or out of order. */
  faults(): Promise<readonly string[]>;
}

const WRITERS = 4;
const RETRY_MS = 30;
/** A server that is silent for this long does not come back. */
const SILENCE_MS = 120_000;

/** Creates, patches and deletes ConfigMaps of the namespace, and watches them, resuming from the last event seen. */
export async function createWriteLedger(client: Client, namespace: string): Promise<WriteLedger> {
  const known = new Map<string, Known>();
  const revisions = new Set<string>();
  const seen: string[] = [];
  const found: string[] = [];
  let acknowledged = 0;
  let watched = (await client.list(configMaps, { namespace })).resourceVersion;

  const read = async (name: string): Promise<State> => {
    try {
      return (await client.get(configMaps, { namespace, name })).data?.turn;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  /** Reads the object until the server answers, and so settles a write without an answer. Rejects with the last error if it never does. */
  const settled = async (name: string, entry: Known): Promise<void> => {
    const end = performance.now() + SILENCE_MS;
    while (entry.unanswered) {
      try {
        const actual = await read(name);
        if (actual !== entry.acknowledged && actual !== entry.unanswered.state) {
          found.push(`${name} was ${entry.acknowledged} and may have become ${entry.unanswered.state}: it is ${actual}`);
        }
        entry.acknowledged = actual;
        entry.unanswered = undefined;
      } catch (error) {
        if ((error instanceof StatusError && error.code < 500) || performance.now() > end) throw error;
        await delay(RETRY_MS);
      }
    }
  };
  const write = async (name: string, state: State, send: () => Promise<string | undefined>): Promise<void> => {
    const entry = known.get(name) ?? { acknowledged: undefined, unanswered: undefined };
    known.set(name, entry);
    entry.unanswered = { state };
    try {
      const revision = await send();
      if (revision !== undefined) revisions.add(revision);
      entry.acknowledged = state;
      entry.unanswered = undefined;
      acknowledged++;
    } catch (error) {
      if (error instanceof StatusError && error.code < 500) throw error;
      await settled(name, entry);
    }
  };
  const writer = async (number: number, signal: AbortSignal): Promise<void> => {
    for (let at = 0; !signal.aborted; at++) {
      const name = `w${number}-${at}`;
      const key = { namespace, name };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { turn: 'created' } };
      await write(name, 'created', async () => (await client.create(configMaps, object)).metadata.resourceVersion);
      if (known.get(name)?.acknowledged === undefined) continue;
      const body = { data: { turn: 'patched' } };
      await write(name, 'patched', async () => (await client.patch(configMaps, key, { type: 'merge', body })).metadata.resourceVersion);
      if (at % 3 === 0) await write(name, undefined, async () => void (await client.delete(configMaps, key)));
    }
  };
  const watch = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await client.watch(
          configMaps,
          { namespace, resourceVersion: watched },
          (event) => {
            if (event.type === 'BOOKMARK') return;
            watched = event.object.metadata.resourceVersion;
            seen.push(watched);
          },
          signal,
        );
      } catch (error) {
        if (isExpired(error)) throw error;
        await delay(RETRY_MS);
      }
    }
  };

  return {
    async run(signal) {
      await Promise.all([...Array.from({ length: WRITERS }, (_, number) => writer(number, signal)), watch(signal)]);
    },
    get acknowledged() {
      return acknowledged;
    },
    async faults() {
      const end = new AbortController();
      const wanted = (await client.list(configMaps, { namespace })).resourceVersion;
      // The remaining events up to the current revision.
      await client.watch(
        configMaps,
        { namespace, resourceVersion: watched, allowWatchBookmarks: true, timeoutSeconds: 2 },
        (event) => {
          if (event.type !== 'BOOKMARK' && Number(event.object.metadata.resourceVersion) <= Number(wanted))
            seen.push(event.object.metadata.resourceVersion);
        },
        end.signal,
      );
      const times = new Map<string, number>();
      for (const revision of seen) times.set(revision, (times.get(revision) ?? 0) + 1);
      for (const revision of revisions) if (!times.has(revision)) found.push(`the watch missed revision ${revision}`);
      for (const [revision, count] of times) if (count > 1) found.push(`the watch told revision ${revision} ${count} times`);
      seen.forEach((revision, at) => {
        if (at > 0 && Number(revision) < Number(seen[at - 1])) found.push(`the watch told ${revision} after ${seen[at - 1]}`);
      });
      const { items } = await client.list(configMaps, { namespace });
      const actual = new Map(items.map((item) => [item.metadata.name, item.data?.turn]));
      for (const [name, { acknowledged: state }] of known) {
        if (actual.get(name) !== state) found.push(`${name} was acknowledged as ${state}: it is ${actual.get(name)}`);
      }
      return found;
    },
  };
}
