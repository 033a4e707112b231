import { type ChannelCredentials, Client, type ClientDuplexStream, credentials, status } from '@grpc/grpc-js';
import * as messages from './etcd-messages.ts';
import type { Store, StoredValue, WatchBatch, WriteResult } from './store.ts';
import { CompactedError } from './store.ts';

export interface EtcdOptions {
  /** `https://host:2379`, `http://…` or `unix:/path`, one or many: any of a cluster's members serves every request. */
  readonly endpoints: readonly string[];
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Prepended to every key: clusters may share one etcd. */
  readonly prefix?: string;
}

/** How long a request may take before it fails. */
const DEADLINE_MS = 10_000;
/** Leases are shared by the keys written within this time, as upstream shares those of events. */
const LEASE_SHARED_MS = 60_000;
const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** The first key after all that begin with `prefix`, as etcd's clients compute it. */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function credentialsOf(options: EtcdOptions): ChannelCredentials {
  if (!options.endpoints.some((endpoint) => endpoint.startsWith('https:'))) return credentials.createInsecure();
  return credentials.createSsl(options.ca ?? null, options.key ?? null, options.cert ?? null);
}

/**
 * The store over a real etcd (v3.4 and later), by gRPC. Several API servers may share it.
 * @throws when no endpoint answers.
 */
export async function openEtcdStore(options: EtcdOptions): Promise<Store> {
  const targets = options.endpoints
    .map((endpoint) => (endpoint.startsWith('unix:') ? endpoint : new URL(endpoint).host))
    .sort(() => Math.random() - 0.5);
  const channelCredentials = credentialsOf(options);
  const settings = {
    'grpc.max_receive_message_length': -1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.use_local_subchannel_pool': 1,
  };
  const clients: Client[] = targets.map((target) => new Client(target, channelCredentials, settings));
  let turn = 0;
  const root = options.prefix ?? '';
  const leases = new Map<number, { id: Promise<string>; until: number }>();
  const stopped = new AbortController();

  const client = (): Client => clients[turn % clients.length] as Client;

  /** One unary call; where a member cannot be reached, the next one is asked once each. */
  async function call<T>(path: string, body: Uint8Array, decode: (reply: Uint8Array) => T): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await new Promise<T>((resolve, reject) => {
          client().makeUnaryRequest(path, bytes, decode, body, { deadline: Date.now() + DEADLINE_MS }, (error, reply) =>
            error || reply === undefined ? reject(error ?? new Error(`etcd: ${path}: empty answer`)) : resolve(reply),
          );
        });
      } catch (error) {
        // UNAVAILABLE is raised before a request is sent as well as after: only reads may be asked again.
        const again = (error as { code?: number }).code === status.UNAVAILABLE && path.endsWith('/Range') && attempt < clients.length;
        if ((error as { code?: number }).code === status.UNAVAILABLE) turn++;
        if (!again) throw error;
      }
    }
  }

  const storedOf = (kv: messages.KeyValue): StoredValue => ({ key: kv.key.slice(root.length), value: kv.value, revision: kv.modRevision });
  const range = (request: messages.RangeRequest) => call('/etcdserverpb.KV/Range', messages.encodeRange(request), messages.decodeRange);

  async function leaseFor(ttlSeconds: number | undefined): Promise<string> {
    if (ttlSeconds === undefined) return '0';
    const shared = leases.get(ttlSeconds);
    if (shared && Date.now() < shared.until) return shared.id;
    // A shared lease lives longer than asked for by as long as it is shared.
    const total = ttlSeconds + (ttlSeconds * 1000 > 10 * LEASE_SHARED_MS ? LEASE_SHARED_MS / 1000 : 0);
    const id = call('/etcdserverpb.Lease/LeaseGrant', messages.encodeLeaseGrant(total), messages.decodeLeaseGrant);
    if (total > ttlSeconds) {
      leases.set(ttlSeconds, { id, until: Date.now() + LEASE_SHARED_MS });
      id.catch(() => leases.delete(ttlSeconds));
    }
    return id;
  }

  async function write(request: messages.ConditionalWrite): Promise<WriteResult> {
    const reply = await call('/etcdserverpb.KV/Txn', messages.encodeConditionalWrite(request), messages.decodeTxn);
    return reply.succeeded ? { ok: true, revision: reply.revision } : { ok: false, current: reply.current && storedOf(reply.current) };
  }

  const openWatch = (): ClientDuplexStream<Uint8Array, messages.WatchResponse> =>
    client().makeBidiStreamRequest('/etcdserverpb.Watch/Watch', bytes, messages.decodeWatch);

  function batchOf(response: messages.WatchResponse): WatchBatch {
    return {
      revision: response.revision,
      events: response.events.map(({ deleted, kv, previous }) =>
        deleted
          ? { type: 'delete', key: kv.key.slice(root.length), value: previous?.value, revision: kv.modRevision }
          : { type: 'put', key: kv.key.slice(root.length), value: kv.value, revision: kv.modRevision, created: kv.createRevision === kv.modRevision },
      ),
    };
  }

  /** One stream from `after` on; resolves with the last revision seen when the stream breaks. */
  function follow(
    prefix: string,
    after: number,
    sink: (batch: WatchBatch) => void,
    signal: AbortSignal,
    established: (requestProgress: () => void) => void,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = openWatch();
      let seen = after;
      const stop = () => stream.cancel();
      const end = () => {
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
      stream.on('error', end);
      stream.on('end', end);
      stream.write(messages.encodeWatch(root + prefix, prefixEnd(root + prefix), after + 1));
    });
  }

  async function keepFollowing(
    prefix: string,
    after: number,
    sink: (batch: WatchBatch) => void,
    signal: AbortSignal,
    established: (requestProgress: () => void) => void,
  ): Promise<void> {
    let seen = after;
    for (let delay = 50; !signal.aborted; delay = Math.min(delay * 2, 2_000)) {
      const upTo = await follow(prefix, seen, sink, signal, (requestProgress) => {
        delay = 50;
        established(requestProgress);
      });
      seen = upTo;
      if (signal.aborted) return;
      turn++;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }

  /** etcd reports a watch that starts too early only after it has said that it is created: asking for the past itself tells at once. */
  async function mustRemember(revision: number): Promise<void> {
    await range({ key: `${root}/`, limit: 1, revision }).catch((error: Error) => {
      throw /has been compacted/.test(error.message) ? new CompactedError(revision) : error;
    });
  }

  await range({ key: `${root}/`, limit: 1 }).catch((error: unknown) => {
    for (const each of clients) each.close();
    throw new Error(`etcd at ${options.endpoints.join(', ')} does not answer: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });

  return {
    async get(key) {
      const { kvs } = await range({ key: root + key });
      return kvs[0] && storedOf(kvs[0]);
    },
    async list(prefix, { limit = 0, after = '' } = {}) {
      const start = after > prefix ? `${after}\0` : prefix;
      const reply = await range({ key: root + start, rangeEnd: prefixEnd(root + prefix), limit });
      return { items: reply.kvs.map(storedOf), revision: reply.revision, more: reply.more };
    },
    create: async (key, value, writeOptions) => write({ key: root + key, put: value, expected: 0, lease: await leaseFor(writeOptions?.ttlSeconds) }),
    update: async (key, value, expected, writeOptions) =>
      write({ key: root + key, put: value, expected, lease: await leaseFor(writeOptions?.ttlSeconds) }),
    delete: (key, expected) => write({ key: root + key, expected, lease: '0' }),
    async watch(prefix, afterRevision, sink, signal) {
      if (afterRevision > 0) await mustRemember(afterRevision);
      const either = AbortSignal.any([signal, stopped.signal]);
      return new Promise((resolve, reject) => {
        let ask = () => {};
        const done = keepFollowing(prefix, afterRevision, sink, either, (requestProgress) => {
          ask = requestProgress;
          resolve({ done, requestProgress: () => ask() });
        });
        done.catch(reject);
      });
    },
    async compact(revision) {
      await call('/etcdserverpb.KV/Compact', messages.encodeCompaction(revision), () => ({})).catch((error: Error) => {
        if (!/has been compacted/.test(error.message)) throw error;
      });
    },
    async revision() {
      return (await range({ key: `${root}/`, limit: 1 })).revision;
    },
    async close() {
      stopped.abort();
      for (const each of clients) each.close();
    },
  };
}
