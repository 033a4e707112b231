import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.ts';
import { enumeration, message, string } from '../../base/protobuf/message.ts';
import type { HttpTarget, ProbeOutcome, ProbeTransport } from '../contract/probe-transport.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';

/** The most that is shown of an exec's output, in characters. */
const MAX_OUTPUT = 10 * 1024;
const OK: ProbeOutcome = { ok: true, message: '' };
const failed = (text: string): ProbeOutcome => ({ ok: false, message: text });

/** Probes over the node's network, and commands through the runtime. */
export function createNetworkTransport(runtime: ContainerRuntime, clock: Clock): ProbeTransport {
  return {
    http: (target, timeoutMs) => probeHttp(target, timeoutMs, clock),
    tcp: (host, port, timeoutMs) => probeTcp(host, port, timeoutMs, clock),
    grpc: (host, port, service, timeoutMs) => probeGrpc(host, port, service, clock.now() + timeoutMs),
    exec: (id, command, timeoutMs) => probeExec(runtime, id, command, timeoutMs),
  };
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function probeHttp(target: HttpTarget, timeoutMs: number, clock: Clock): Promise<ProbeOutcome> {
  const url = `${target.scheme}://${hostText(target.host)}:${target.port}${target.path}`;
  return new Promise((resolve) => {
    const send = target.scheme === 'https' ? httpsRequest : httpRequest;
    const request = send({
      host: target.host,
      port: target.port,
      path: target.path,
      headers: headersOf(target),
      agent: false,
      // Probes do not check certificates (https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/).
      rejectUnauthorized: false,
    });
    const cancelTimer = clock.after(timeoutMs, () => {
      resolve(failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`));
      request.destroy();
    });
    request.on('response', (response) => {
      cancelTimer();
      const code = response.statusCode ?? 0;
      resolve(code >= 200 && code < 400 ? OK : failed(`HTTP probe failed with statuscode: ${code}`));
      response.destroy();
    });
    request.on('error', (error) => {
      cancelTimer();
      resolve(failed(`Get "${url}": ${dialProblem(error, target.host, target.port)}`));
    });
    request.end();
  });
}

/** A header that is named twice is sent twice. */
function headersOf({ headers }: HttpTarget): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { name, value } of headers) found[name] = [...(found[name] ?? []), value];
  return found;
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

/** In the words that kubelet's probes print, which people search for. */
function dialProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'connect: connection timed out',
  };
  const known = error.code && words[error.code];
  if (known) return `dial tcp ${hostText(host)}:${port}: ${known}`;
  if (error.code === 'ECONNRESET') return 'EOF';
  return error.message;
}

/** grpc.health.v1.Health/Check (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
const HealthCheckRequest = message({ service: string(1) });
const HealthCheckResponse = message({ status: enumeration(1) });
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** @param deadline milliseconds since the epoch, as gRPC takes it. */
function probeGrpc(host: string, port: number, service: string, deadline: number): Promise<ProbeOutcome> {
  const address = `${hostText(host)}:${port}`;
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (value: { service: string }) => Buffer.from(HealthCheckRequest.encode(value)),
      (bytes) => HealthCheckResponse.decode(bytes),
      { service },
      { deadline },
      (error, answer) => {
        client.close();
        if (error) resolve(failed(`failed to connect service "${address}": ${error.details}`));
        else if (answer?.status === 1) resolve(OK);
        else resolve(failed(`service unhealthy (responded with "${STATUS_NAMES[answer?.status ?? 0]}")`));
      },
    );
  });
}

async function probeExec(runtime: ContainerRuntime, id: string, command: readonly string[], timeoutMs: number): Promise<ProbeOutcome> {
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(id, command, Math.max(1, Math.ceil(timeoutMs / 1000)));
    return exitCode === 0 ? OK : failed(`${stdout}${stderr}`.slice(0, MAX_OUTPUT));
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'DeadlineExceeded') {
      return failed(`command timed out: ${JSON.stringify(command.join(' '))} timed out after ${Math.ceil(timeoutMs / 1000)}s`);
    }
    return failed(error instanceof Error ? error.message : String(error));
  }
}
