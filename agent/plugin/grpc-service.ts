import type { Socket } from 'node:net';
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Message } from '../../base/protobuf/message.ts';
import type { ConnectionServer } from './lazy-socket.ts';

/** One method of a service, by its full name: `/package.Service/Method`. */
export interface ServiceMethod {
  readonly route: string;
  /** Takes the request's bytes and resolves with those of the answer. Rejects with the text that the caller is told. */
  readonly answer: (request: Buffer) => Promise<Buffer>;
}

/** Types a method by its messages, and forgets the types. */
export const serviceMethod = <In, Out>(
  route: string,
  request: Message<In, never>,
  response: Message<unknown, Out>,
  answer: (request: In) => Promise<Out>,
): ServiceMethod => ({
  route,
  answer: async (bytes) => response.encode(await answer(request.decode(bytes))),
});

/** A refusal with another code than Unknown. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: keyof typeof status;
  constructor(code: keyof typeof status, message: string) {
    super(message);
    this.code = code;
  }
}

/** Serves methods over connections that another accepts. What came over them in the meantime is not lost: Node's HTTP/2 begins with it. */
export function createGrpcService(methods: readonly ServiceMethod[]): ConnectionServer {
  const server = new Server();
  const same = (bytes: Buffer) => bytes;
  for (const { route, answer } of methods) {
    const definition = {
      path: route,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    const call = ({ request }: ServerUnaryCall<Buffer, Buffer>, send: sendUnaryData<Buffer>): void =>
      void answer(request).then(
        (response) => send(null, response),
        (error: unknown) => send({ code: codeOf(error), details: error instanceof Error ? error.message : String(error) }),
      );
    server.addService({ [route]: definition }, { [route]: call });
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept: (connection: Socket) => injector.injectConnection(connection),
    close: () => server.forceShutdown(),
  };
}

const codeOf = (error: unknown): number => (error instanceof ServiceError ? status[error.code] : status.UNKNOWN);
