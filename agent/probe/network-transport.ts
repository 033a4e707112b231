import { connect } from 'node:net';
import { Client, connectivityState, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.ts';
import { enumeration, message, string } from '../../base/protobuf/message.ts';
import type { ProbeOutcome, ProbeTransport } from '../contract/probe-transport.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { dialProblem, hostText } from './dial-problem.ts';
import { callHook, probeHttp } from './http-probe.ts';

/** The most that is shown of an exec's output, in characters. */
const MAX_OUTPUT = 10 * 1024;
const OK: ProbeOutcome = { ok: true, message: '' };
const failed = (text: string): ProbeOutcome => ({ ok: false, message: text });

/** Probes over the node's network, and commands through the runtime. */
export function createNetworkTransport(runtime: ContainerRuntime, clock: Clock): ProbeTransport {
  return {
    http: (target, timeoutMs) => probeHttp(target, timeoutMs, clock),
    hook: (target, timeoutMs) => callHook(target, timeoutMs, clock),
    tcp: (host, port, timeoutMs) => probeTcp(host, port, timeoutMs, clock),
    grpc: (host, port, service, timeoutMs) => probeGrpc(host, port, service, timeoutMs, clock),
    exec: (id, command, timeoutMs) => probeExec(runtime, id, command, timeoutMs),
  };
}

function probeTcp(host: string, port: number, timeoutMs: number, clock: Clock): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (outcome: ProbeOutcome) => {
      cancelTimer();
      socket.destroy();
      resolve(outcome);
    };
    const cancelTimer = clock.after(timeoutMs, () => finish(failed(`dial tcp ${hostText(host)}:${port}: i/o timeout`)));
    socket.on('connect', () => finish(OK));
    socket.on('error', (error) => finish(failed(dialProblem(error, host, port))));
  });
}

/** grpc.health.v1.Health/Check (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
const HealthCheckRequest = message({ service: string(1) });
const HealthCheckResponse = message({ status: enumeration(1) });
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

function probeGrpc(host: string, port: number, service: string, timeoutMs: number, clock: Clock): Promise<ProbeOutcome> {
  const address = `${hostText(host)}:${port}`;
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (value: { service: string }) => Buffer.from(HealthCheckRequest.encode(value)),
      (bytes) => HealthCheckResponse.decode(bytes),
      { service },
      { deadline: clock.now() + timeoutMs },
      (error, answer) => {
        const connected = client.getChannel().getConnectivityState(false) === connectivityState.READY;
        client.close();
        if (error) resolve(failed(grpcProblem(error, address, connected, `${timeoutMs / 1000}s`)));
        else if (answer?.status === 1) resolve(OK);
        else resolve(failed(`service unhealthy (responded with "${STATUS_NAMES[answer?.status ?? 0]}")`));
      },
    );
  });
}

/** In the words of kubelet's gRPC probe (pkg/probe/grpc/grpc.go). */
function grpcProblem({ code, details }: ServiceError, address: string, connected: boolean, timeout: string): string {
  if (code === status.UNIMPLEMENTED) return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${details}`;
  if (code === status.DEADLINE_EXCEEDED && connected) return `timeout: health rpc did not complete within ${timeout}`;
  if (code === status.DEADLINE_EXCEEDED || code === status.UNAVAILABLE)
    return `timeout: failed to connect service "${address}" within ${timeout}: context deadline exceeded`;
  return `error: health rpc probe failed: ${details}`;
}

async function probeExec(runtime: ContainerRuntime, id: string, command: readonly string[], timeoutMs: number): Promise<ProbeOutcome> {
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(id, command, Math.max(1, Math.ceil(timeoutMs / 1000)));
    return exitCode === 0 ? OK : failed(`${stdout}${stderr}`.slice(0, MAX_OUTPUT));
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'DeadlineExceeded') {
      return failed(`command timed out: ${JSON.stringify(command.join(' '))} timed out after ${Math.ceil(timeoutMs / 1000)}s`);
    }
    return { ...failed(error instanceof Error ? error.message : String(error)), kind: 'error' };
  }
}
