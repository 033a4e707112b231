import type { Infer } from '../schema/fields.ts';
import { int32, int64, intOrString, list, string, struct } from '../schema/fields.ts';

export const HTTPHeader = struct('HTTPHeader', {
  name: string(),
  value: string(),
});
export type HTTPHeader = Infer<typeof HTTPHeader>;

export const ExecAction = struct('ExecAction', {
  command: list(string()).optional(),
});
export type ExecAction = Infer<typeof ExecAction>;

export const GRPCAction = struct('GRPCAction', {
  port: int32(),
  service: string().optional(),
});
export type GRPCAction = Infer<typeof GRPCAction>;

export const HTTPGetAction = struct('HTTPGetAction', {
  host: string().optional(),
  httpHeaders: list(HTTPHeader).optional(),
  path: string().optional(),
  port: intOrString(),
  scheme: string().optional(),
});
export type HTTPGetAction = Infer<typeof HTTPGetAction>;

export const TCPSocketAction = struct('TCPSocketAction', {
  host: string().optional(),
  port: intOrString(),
});
export type TCPSocketAction = Infer<typeof TCPSocketAction>;

export const Probe = struct('Probe', {
  exec: ExecAction.optional(),
  failureThreshold: int32().optional(),
  grpc: GRPCAction.optional(),
  httpGet: HTTPGetAction.optional(),
  initialDelaySeconds: int32().optional(),
  periodSeconds: int32().optional(),
  successThreshold: int32().optional(),
  tcpSocket: TCPSocketAction.optional(),
  terminationGracePeriodSeconds: int64().optional(),
  timeoutSeconds: int32().optional(),
});
export type Probe = Infer<typeof Probe>;

export const SleepAction = struct('SleepAction', {
  seconds: int64(),
});
export type SleepAction = Infer<typeof SleepAction>;

export const LifecycleHandler = struct('LifecycleHandler', {
  exec: ExecAction.optional(),
  httpGet: HTTPGetAction.optional(),
  sleep: SleepAction.optional(),
  tcpSocket: TCPSocketAction.optional(),
});
export type LifecycleHandler = Infer<typeof LifecycleHandler>;

export const Lifecycle = struct('Lifecycle', {
  postStart: LifecycleHandler.optional(),
  preStop: LifecycleHandler.optional(),
  stopSignal: string().optional(),
});
export type Lifecycle = Infer<typeof Lifecycle>;
