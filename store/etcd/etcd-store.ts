import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Store, StoredValue, StoreEvent, WatchBatch, WriteResult } from '../store.ts';
import { CompactedError } from '../store.ts';
import type { StoreError } from '../store-error.ts';
import { requireSize } from '../store-error.ts';
import type { EtcdEndpoints } from './connection.ts';
import { connectEtcd } from './connection.ts';
import { createLeases } from './leases.ts';
import * as messages from './messages.ts';
import { keepFollowing } from './watch.ts';

export interface EtcdOptions extends EtcdEndpoints {
  /** Prepended to every key: clusters may share one etcd. */
  readonly prefix?: string;
  /** Times what this process does; keys expire by etcd's own clock. Default: the machine's. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The first key after all that begin with `prefix`, as etcd's clients compute it. */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/**
 * Opens the store over a real etcd (v3.4 and later), by gRPC. Several API servers may share it.
 * @throws when no endpoint answers.
 */
export async function openEtcdStore({ prefix: root = '', clock = systemClock, random = systemRandom, ...endpoints }: EtcdOptions): Promise<Store> {
  const connection = connectEtcd(endpoints, random);
  const leaseFor = createLeases(connection, clock);
  const stopped = new AbortController();

  const keyOf = (kv: messages.KeyValue): string => kv.key.slice(root.length);
  const storedOf = (kv: messages.KeyValue): StoredValue => ({ key: keyOf(kv), value: kv.value, revision: kv.modRevision });
  const eventOf = ({ deleted, kv, previous }: messages.WatchResponse['events'][number]): StoreEvent =>
    deleted
      ? { type: 'delete', key: keyOf(kv), value: previous?.value, revision: kv.modRevision }
      : {
          type: 'put',
          key: keyOf(kv),
          value: kv.value,
          revision: kv.modRevision,
          created: kv.createRevision === kv.modRevision,
          ...(previous && { previous: storedOf(previous) }),
        };
  const batchOf = ({ revision, events }: messages.WatchResponse): WatchBatch => ({ revision, events: events.map(eventOf) });

  const range = (request: messages.RangeRequest) => connection.call('/etcdserverpb.KV/Range', messages.encodeRange(request), messages.decodeRange);
  /** Whether the last write failed for want of space: then reads go on, and only a write tells whether it is over. */
  let isFull = false;
  const write = async (request: messages.ConditionalWrite): Promise<WriteResult> => {
    if (request.put !== undefined) requireSize(request.key, request.put);
    const reply = await connection
      .call('/etcdserverpb.KV/Txn', messages.encodeConditionalWrite(request), messages.decodeTxn)
      .catch((error: StoreError) => {
        isFull = error.fault === 'NoSpace';
        throw error;
      });
    isFull = false;
    return reply.succeeded ? { ok: true, revision: reply.revision } : { ok: false, current: reply.current && storedOf(reply.current) };
  };
  const put = async (key: string, value: string, expected: number, ttlSeconds: number | undefined) =>
    write({ key: root + key, put: value, expected, lease: await leaseFor(ttlSeconds) });
  /** etcd reports a watch that starts too early only after it has said that it is created: asking for the past itself tells at once. */
  const mustRemember = async (revision: number): Promise<void> => {
    await range({ key: `${root}/`, limit: 1, revision }).catch((error: Error) => {
      throw isCompacted(error) ? new CompactedError(revision) : error;
    });
  };

  await range({ key: `${root}/`, limit: 1 }).catch((error: unknown) => {
    connection.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`etcd at ${endpoints.endpoints.join(', ')} does not answer: ${reason}`, { cause: error });
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
    create: (key, value, options) => put(key, value, 0, options?.ttlSeconds),
    update: (key, value, expectedRevision, options) => put(key, value, expectedRevision, options?.ttlSeconds),
    delete: (key, expectedRevision) => write({ key: root + key, expected: expectedRevision, lease: '0' }),
    async watch(prefix, afterRevision, sink, signal) {
      if (afterRevision > 0) await mustRemember(afterRevision);
      const start = root + prefix;
      const either = AbortSignal.any([signal, stopped.signal]);
      return new Promise((resolve, reject) => {
        let ask = () => {};
        const established = (requestProgress: () => void) => {
          ask = requestProgress;
          resolve({ done, requestProgress: () => ask() });
        };
        const done = keepFollowing(connection, clock, { start, end: prefixEnd(start), afterRevision, sink, signal: either, established, batchOf });
        done.catch(reject);
      });
    },
    async compact(revision) {
      await connection
        .call('/etcdserverpb.KV/Compact', messages.encodeCompaction(revision), () => ({}))
        .catch((error: Error) => {
          if (!isCompacted(error)) throw error;
        });
    },
    async revision() {
      return (await range({ key: `${root}/`, limit: 1 })).revision;
    },
    async probe() {
      const key = `${root}/health`;
      const { kvs } = await range({ key });
      if (isFull) await write({ key, put: '{}', expected: kvs[0]?.modRevision ?? 0, lease: '0' });
    },
    async close() {
      stopped.abort();
      connection.close();
    },
  };
}

const isCompacted = ({ message }: Error): boolean => /has been compacted/.test(message);
