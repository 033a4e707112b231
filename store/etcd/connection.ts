import type { ChannelCredentials, ClientDuplexStream } from '@grpc/grpc-js';
import { Client, credentials, status } from '@grpc/grpc-js';
import { systemClock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { storeErrorOf } from './errors.ts';

export interface EtcdEndpoints {
  /** `https://host:2379`, `http://…` or `unix:/path`, one or many: any of a cluster's members serves every request. */
  readonly endpoints: readonly string[];
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

type Decode<T> = (reply: Uint8Array) => T;

/** Channels to the members of an etcd cluster. One member is asked until it cannot be reached. */
export interface EtcdConnection {
  /** One unary call. A read that does not reach a member is asked of each of the others once. Rejects with a StoreError. */
  call<T>(path: string, body: Uint8Array, decode: Decode<T>): Promise<T>;
  stream<T>(path: string, decode: Decode<T>): ClientDuplexStream<Uint8Array, T>;
  /** Turns to the next member. */
  turn(): void;
  close(): void;
}

/** The time after which a request fails. */
const DEADLINE_MS = 10_000;
const SETTINGS = {
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.use_local_subchannel_pool': 1,
};

const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

function credentialsOf({ endpoints, ca, cert, key }: EtcdEndpoints): ChannelCredentials {
  if (!endpoints.some((endpoint) => endpoint.startsWith('https:'))) return credentials.createInsecure();
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
}

/** Connects lazily; `random` decides which member is asked first. */
export function connectEtcd(endpoints: EtcdEndpoints, random: Random): EtcdConnection {
  const channelCredentials = credentialsOf(endpoints);
  const clients = endpoints.endpoints
    .map((endpoint) => (endpoint.startsWith('unix:') ? endpoint : new URL(endpoint).host))
    .sort(() => random() - 0.5)
    .map((target) => new Client(target, channelCredentials, SETTINGS));
  let turn = 0;
  const client = (): Client => clients[turn % clients.length] as Client;

  const callOnce = <T>(path: string, body: Uint8Array, decode: Decode<T>) =>
    new Promise<T>((resolve, reject) => {
      // The deadline is one of gRPC, whose timers are the machine's.
      client().makeUnaryRequest(path, bytes, decode, body, { deadline: systemClock.now() + DEADLINE_MS }, (error, reply) =>
        error || reply === undefined ? reject(error ?? new Error(`etcd: ${path}: empty answer`)) : resolve(reply),
      );
    });

  return {
    async call(path, body, decode) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await callOnce(path, body, decode);
        } catch (error) {
          const unavailable = (error as { code?: number }).code === status.UNAVAILABLE;
          if (unavailable) turn++;
          // UNAVAILABLE is raised before a request is sent as well as after: only reads may be asked again.
          if (!unavailable || !path.endsWith('/Range') || attempt >= clients.length) throw storeErrorOf(error);
        }
      }
    },
    stream: (path, decode) => client().makeBidiStreamRequest(path, bytes, decode),
    turn() {
      turn++;
    },
    close() {
      for (const each of clients) each.close();
    },
  };
}
