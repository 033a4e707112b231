import type { Of } from '../../base/protobuf/message.ts';
import { createGrpcService, serviceMethod } from '../plugin/grpc-service.ts';
import type { ConnectionServer } from '../plugin/lazy-socket.ts';
import { Empty, RegisterRequest } from './messages.ts';

/**
 * Creates the service by which device plugins register: `v1beta1.Registration`.
 * @param register rejects with the refusal that the plugin is told
 */
export const createRegistrationServer = (register: (request: Of<typeof RegisterRequest>) => Promise<void>): ConnectionServer =>
  createGrpcService([
    serviceMethod('/v1beta1.Registration/Register', RegisterRequest, Empty, async (request) => {
      await register(request);
      return {};
    }),
  ]);
