import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Message } from '../../base/protobuf/message.ts';
import { Empty, PluginInfo, RegistrationStatus } from './messages.ts';

/** A refusal of a plugin. */
export class PluginFault extends Error {
  readonly code: number;
  constructor(code: keyof typeof status, description: string) {
    super(description);
    this.code = status[code];
  }
}

/** One method of a plugin. The answer of a stream is told the way to send messages, and the end of the stream. */
export interface PluginMethod {
  /** `/package.Service/Method` */
  readonly route: string;
  readonly request: Message<object, never>;
  readonly response: Message<unknown, never>;
  readonly answer?: (request: never) => unknown;
  readonly stream?: (send: (message: unknown) => void, ended: AbortSignal) => void;
}

/** Types a method by its messages, and forgets the types. */
export function method<In extends object, Out>(
  route: string,
  request: Message<In, never>,
  response: Message<unknown, Out>,
  answer: (request: In) => Out | Promise<Out>,
): PluginMethod {
  return { route, request, response: response as Message<unknown, never>, answer };
}

export function streamMethod<In extends object, Out>(
  route: string,
  request: Message<In, never>,
  response: Message<unknown, Out>,
  stream: (send: (message: Out) => void, ended: AbortSignal) => void,
): PluginMethod {
  return { route, request, response: response as Message<unknown, never>, stream: stream as NonNullable<PluginMethod['stream']> };
}

/** The answers of the agent to a registration. */
export interface Registration {
  readonly plugin_registered: boolean;
  readonly error: string;
}

/** The service by which a plugin registers. */
export const registrationMethods = (
  info: { readonly type: string; readonly name: string; readonly endpoint: string; readonly supported_versions: readonly string[] },
  onAnswer: (answer: Registration) => void,
): readonly PluginMethod[] => [
  method('/pluginregistration.Registration/GetInfo', Empty, PluginInfo, () => info),
  method('/pluginregistration.Registration/NotifyRegistrationStatus', RegistrationStatus, Empty, (answer) => {
    onAnswer(answer);
    return {};
  }),
];

/** Serves methods on a socket. `onCall` sees each call before its answer, and may throw a PluginFault in its place. */
export async function servePlugin(
  socket: string,
  methods: readonly PluginMethod[],
  onCall: (method: string, request: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<Server> {
  await mkdir(dirname(socket), { recursive: true });
  await rm(socket, { force: true });
  const server = new Server();
  for (const each of methods) addMethod(server, each, onCall);
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())),
  );
  return server;
}

function addMethod(
  server: Server,
  { route, request, response, answer, stream }: PluginMethod,
  onCall: (method: string, request: Readonly<Record<string, unknown>>) => void,
): void {
  const name = route.slice(route.lastIndexOf('/') + 1);
  const reply = async (call: ServerUnaryCall<object, unknown>, send: sendUnaryData<unknown>) => {
    try {
      onCall(name, { ...call.request });
      send(null, await answer?.(call.request as never));
    } catch (error) {
      const { code = status.INTERNAL } = error as { code?: number };
      send({ code: typeof code === 'number' ? code : status.INTERNAL, details: error instanceof Error ? error.message : String(error) });
    }
  };
  const pour = (call: ServerWritableStream<object, unknown>) => {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    onCall(name, { ...call.request });
    stream?.((message) => call.write(message), ended.signal);
  };
  const definition = {
    path: route,
    requestStream: false,
    responseStream: stream !== undefined,
    requestSerialize: (value: object) => request.encode(value as never),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes),
    responseSerialize: (value: unknown) => response.encode(value as never),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
  const unary = (call: ServerUnaryCall<object, unknown>, send: sendUnaryData<unknown>) => void reply(call, send);
  server.addService({ [name]: definition }, { [name]: stream ? pour : unary });
}
