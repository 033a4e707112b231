import { type ChannelCredentials, Client, connectivityState, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.ts';
import type { Message } from '../../base/protobuf/message.ts';
import { RuntimeError, type RuntimeErrorCode } from '../contract/runtime.ts';

/** Calls over one HTTP/2 connection to a unix socket; grpc-js reconnects by itself. */
export interface Channel {
  /** `path` is `/package.Service/Method`. @throws RuntimeError past `timeoutMs`, or if the server refuses. */
  call<In, Out>(path: string, request: Message<unknown, In>, response: Message<Out, never>, value: In, timeoutMs?: number): Promise<Out>;
  /** Calls `onMessage` for each answer until the stream or `signal` ends. @throws RuntimeError when it breaks. */
  stream<In, Out>(
    path: string,
    request: Message<unknown, In>,
    response: Message<Out, never>,
    value: In,
    onMessage: (message: Out) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Keeps the connection up, without waiting for calls, and calls `onChange` at once and whenever it comes or goes, until the channel is closed. */
  keepConnected(onChange: (isConnected: boolean) => void): void;
  close(): void;
}

/** kubelet's --runtime-request-timeout. */
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const CODES: ReadonlyMap<number, RuntimeErrorCode> = new Map([
  [status.CANCELLED, 'Canceled'],
  [status.UNKNOWN, 'Unknown'],
  [status.INVALID_ARGUMENT, 'InvalidArgument'],
  [status.DEADLINE_EXCEEDED, 'DeadlineExceeded'],
  [status.NOT_FOUND, 'NotFound'],
  [status.ALREADY_EXISTS, 'AlreadyExists'],
  [status.PERMISSION_DENIED, 'PermissionDenied'],
  [status.RESOURCE_EXHAUSTED, 'ResourceExhausted'],
  [status.FAILED_PRECONDITION, 'FailedPrecondition'],
  [status.ABORTED, 'Aborted'],
  [status.OUT_OF_RANGE, 'OutOfRange'],
  [status.UNIMPLEMENTED, 'Unimplemented'],
  [status.INTERNAL, 'Internal'],
  [status.UNAVAILABLE, 'Unavailable'],
  [status.DATA_LOSS, 'DataLoss'],
  [status.UNAUTHENTICATED, 'Unauthenticated'],
]);

const toRuntimeError = (error: ServiceError): RuntimeError => new RuntimeError(CODES.get(error.code) ?? 'Unknown', error.details);

/** @param metadata sent with every call (containerd's own services want a namespace). */
export function openChannel(socketPath: string, clock: Clock, metadata: Readonly<Record<string, string>> = {}): Channel {
  const insecure: ChannelCredentials = credentials.createInsecure();
  const client = new Client(`unix://${socketPath}`, insecure, {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    // Sockets are told apart by their path alone.
    'grpc.default_authority': 'localhost',
  });
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  return {
    call(path, request, response, value, timeoutMs = DEFAULT_TIMEOUT_MS) {
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          (input: typeof value) => Buffer.from(request.encode(input)),
          (bytes) => response.decode(bytes),
          value,
          headers,
          { deadline: timeoutMs === 0 ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs },
          (error, answer) => {
            if (error) reject(toRuntimeError(error));
            else if (answer === undefined) reject(new RuntimeError('Unknown', `${path} gave no answer`));
            else resolve(answer);
          },
        );
      });
    },
    stream(path, request, response, value, onMessage, signal) {
      return new Promise((resolve, reject) => {
        const stream = client.makeServerStreamRequest(
          path,
          (input: typeof value) => Buffer.from(request.encode(input)),
          (bytes) => response.decode(bytes),
          value,
          headers,
        );
        const abort = () => stream.cancel();
        signal.addEventListener('abort', abort, { once: true });
        const finish = (error?: ServiceError) => {
          signal.removeEventListener('abort', abort);
          if (error && !signal.aborted) reject(toRuntimeError(error));
          else resolve();
        };
        stream.on('data', onMessage);
        stream.on('error', finish);
        stream.on('end', () => finish());
        if (signal.aborted) stream.cancel();
      });
    },
    keepConnected(onChange) {
      const channel = client.getChannel();
      const follow = () => {
        // Asking for the state has a connection that is idle opened again.
        const state = channel.getConnectivityState(true);
        if (state === connectivityState.SHUTDOWN) return;
        onChange(state === connectivityState.READY);
        channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, follow);
      };
      follow();
    },
    close: () => client.close(),
  };
}
