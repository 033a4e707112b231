import type { Infer } from '../../schema/fields.ts';
import { atomicList, int32, int64, intOrString, ref, string, struct } from '../../schema/fields.ts';
import { SIGNALS } from './signals.ts';

export const HTTPHeader = struct('HTTPHeader', 'A header of a request.', {
  name: string('Name of the header.').tag(1),
  value: string('Its value.').tag(2),
});
export type HTTPHeader = Infer<typeof HTTPHeader>;

export const ExecAction = struct('ExecAction', 'A command to run in the container.', {
  command: atomicList(string(), 'Program and arguments, without a shell; success is exit status 0.').tag(1).optional(),
});
export type ExecAction = Infer<typeof ExecAction>;

export const GRPCAction = struct('GRPCAction', 'A gRPC health check.', {
  port: int32('Port number.').tag(1),
  service: string('Service name to put in the request.', { presence: 'pointer', default: '', published: '' }).tag(2).optional(),
});
export type GRPCAction = Infer<typeof GRPCAction>;

export const HTTPGetAction = struct('HTTPGetAction', 'An HTTP request.', {
  host: string("Host to connect to; the pod's address, if left out.").tag(3).optional(),
  httpHeaders: atomicList(HTTPHeader, 'Headers to send; repeats are allowed.').tag(5).optional(),
  path: string('Path to ask for.', { default: '/' }).tag(1).optional(),
  port: intOrString('Port number, or name of a port of the container.').tag(2),
  scheme: string('HTTP or HTTPS.', { goType: 'URIScheme', default: 'HTTP', enum: ['HTTP', 'HTTPS'] })
    .tag(4)
    .optional(),
});
export type HTTPGetAction = Infer<typeof HTTPGetAction>;

export const TCPSocketAction = struct('TCPSocketAction', 'A TCP connection.', {
  host: string("Host to connect to; the pod's address, if left out.").tag(2).optional(),
  port: intOrString('Port number, or name of a port of the container.').tag(1),
});
export type TCPSocketAction = Infer<typeof TCPSocketAction>;

export const Probe = struct('Probe', 'A check of a container.', {
  exec: ref(ExecAction, 'Run a command.', { embedded: 'ProbeHandler' }).tag(1, 1).optional(),
  failureThreshold: int32('Failures in a row that count as failure.', { default: 3 }).tag(6).optional(),
  grpc: ref(GRPCAction, 'Ask the gRPC health service.', { embedded: 'ProbeHandler' }).tag(1, 4).optional(),
  httpGet: ref(HTTPGetAction, 'Send an HTTP request; 200 to 399 is success.', { embedded: 'ProbeHandler' }).tag(1, 2).optional(),
  initialDelaySeconds: int32('Seconds after the start before the first check.').tag(2).optional(),
  periodSeconds: int32('Seconds from check to check.', { default: 10 }).tag(4).optional(),
  successThreshold: int32('Successes in a row that count as success; 1 for liveness and startup.', { default: 1 }).tag(5).optional(),
  tcpSocket: ref(TCPSocketAction, 'Open a TCP connection.', { embedded: 'ProbeHandler' }).tag(1, 3).optional(),
  terminationGracePeriodSeconds: int64("Seconds between stop signal and force where this check fails; the pod's, if left out.", {
    presence: 'pointer',
  })
    .tag(7)
    .optional(),
  timeoutSeconds: int32('Seconds after which a check has failed.', { default: 1 }).tag(3).optional(),
});
export type Probe = Infer<typeof Probe>;

export const SleepAction = struct('SleepAction', 'A pause.', {
  seconds: int64('Seconds to wait.').tag(1),
});
export type SleepAction = Infer<typeof SleepAction>;

export const LifecycleHandler = struct('LifecycleHandler', "What to do at a point of a container's life: one of these.", {
  exec: ref(ExecAction, 'Run a command.').tag(1).optional(),
  httpGet: ref(HTTPGetAction, 'Send an HTTP request.').tag(2).optional(),
  sleep: ref(SleepAction, 'Wait.').tag(4).optional(),
  tcpSocket: ref(TCPSocketAction, 'Not supported; kept for old objects.').tag(3).optional(),
});
export type LifecycleHandler = Infer<typeof LifecycleHandler>;

export const Lifecycle = struct('Lifecycle', 'What to do after the start and before the end of a container.', {
  postStart: ref(LifecycleHandler, 'Run right after the start; its failure ends the container.').tag(1).optional(),
  preStop: ref(LifecycleHandler, 'Run before the stop signal, within the grace period.').tag(2).optional(),
  stopSignal: string("Signal to stop the container with; the image's or SIGTERM, if left out.", {
    presence: 'pointer',
    goType: 'Signal',
    enum: SIGNALS,
  })
    .tag(3)
    .optional(),
});
export type Lifecycle = Infer<typeof Lifecycle>;
