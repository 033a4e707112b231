import type { Socket } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { Of } from '../../base/protobuf/message.ts';
import { Empty, RegisterRequest } from './messages.ts';

/** The service by which device plugins register: `v1beta1.Registration`. */
export interface RegistrationServer {
  /** Serves a connection that another has accepted. What came over it in the meantime is not lost: Node's HTTP/2 begins with it. */
  accept(connection: Socket): void;
  close(): void;
}

/** @param register rejects with the refusal that the plugin is told */
export function createRegistrationServer(register: (request: Of<typeof RegisterRequest>) => Promise<void>): RegistrationServer {
  const server = new Server();
  const definition = {
    path: '/v1beta1.Registration/Register',
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: (value: Of<typeof RegisterRequest>) => RegisterRequest.encode({ ...value, options: value.options ?? {} }),
    requestDeserialize: (bytes: Buffer) => RegisterRequest.decode(bytes),
    responseSerialize: (value: object) => Empty.encode(value),
    responseDeserialize: (bytes: Buffer) => Empty.decode(bytes),
  };
  const answer = ({ request }: ServerUnaryCall<Of<typeof RegisterRequest>, object>, send: sendUnaryData<object>): void =>
    void register(request).then(
      () => send(null, {}),
      (error: unknown) => send({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
    );
  server.addService({ Register: definition }, { Register: answer });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept: (connection) => injector.injectConnection(connection),
    close: () => server.forceShutdown(),
  };
}
